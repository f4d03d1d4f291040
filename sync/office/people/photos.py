"""Residents' pictures in the catalogue: published to the kiosks of the home site, and withdrawn again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.people.photos import Photo
from kiosk.people.residents import Resident
from sync.office.catalogue.published import residents_by_id
from sync.office.catalogue.publishing import Change, publish_all, site_scope, withdraw
from sync.office.people.forgetting import NobodyThere
from sync.office.people.register.entries import entry_of


def publish_photos(connection: sa.Connection, region_id: int, photos: Mapping[int, Photo]) -> int:
    """By the residents' numbers; returns the catalogue's revision. Raises `NobodyThere`."""
    people = _known(connection, region_id, photos)
    pictures = [
        Change(Kind.PHOTO, str(number), photo, site_scope(people[number].home_site), photo.name)
        for number, photo in photos.items()
    ]
    publish_all(connection, region_id, pictures)
    # The entries once more, for they name the pictures.
    return publish_all(connection, region_id, map(entry_of, people.values()))


def withdraw_photo(connection: sa.Connection, region_id: int, resident_id: int) -> int:
    """The kiosks delete it; where there is none, nothing happens. Raises `NobodyThere`."""
    people = _known(connection, region_id, [resident_id])
    withdraw(connection, region_id, Kind.PHOTO, str(resident_id))
    return publish_all(connection, region_id, map(entry_of, people.values()))


def _known(connection: sa.Connection, region_id: int, numbers: Iterable[int]) -> Mapping[int, Resident]:
    people = residents_by_id(connection, region_id, numbers)
    for number in numbers:
        if number not in people:
            raise NobodyThere(resident_id=number)
    return people
