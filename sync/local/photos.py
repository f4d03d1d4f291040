"""Keeps residents' pictures beside the catalogue's items, page by page: only what a resident's entry names.

So nothing needs a word of its own to be forgotten: with the entry, or with a name that it has no more, the
picture goes.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.sql import run, run_many
from kiosk.people.photos import Photo
from kiosk.people.residents import Resident
from sync.wire.messages import Item


def note_photos(connection: sa.Connection, items: Iterable[Item]) -> None:
    """After a page's other items were written."""
    items = list(items)
    run_many(connection, _FORGET_OTHERS, list(_named(items)))
    for item in items:
        if item.kind == Kind.PHOTO and item.value is not None:
            photo: Photo = decode_value(Kind.PHOTO, item.value)
            if photo.name == _name_wanted(connection, item.key):
                run(connection, _PUT, (int(item.key), photo.name, photo.image))


def forget_gone(connection: sa.Connection) -> None:
    """After a snapshot: nobody has a picture who is no longer in the catalogue."""
    run(connection, _FORGET_GONE, ())


def _named(items: Iterable[Item]) -> Iterable[tuple[int, str]]:
    """Each resident on the page, with the name of the only picture that may stay."""
    last = {item.key: item.value for item in items if item.kind == Kind.RESIDENT}
    return ((int(key), _name_in(value)) for key, value in last.items())


def _name_wanted(connection: sa.Connection, key: str) -> str:
    found = run(connection, "SELECT value FROM items WHERE kind = 'resident' AND key = ?", (key,))
    return _name_in(found[0][0] if found else None)


def _name_in(value: bytes | None) -> str:
    resident: Resident | None = decode_value(Kind.RESIDENT, value) if value is not None else None
    return resident.photo if resident is not None else ""


_PUT = "INSERT OR REPLACE INTO photos (resident_id, name, image) VALUES (?, ?, ?)"
_FORGET_OTHERS = "DELETE FROM photos WHERE resident_id = ? AND name <> ?"
_FORGET_GONE = (
    "DELETE FROM photos WHERE NOT EXISTS"
    " (SELECT 1 FROM items WHERE items.kind = 'resident' AND items.key = CAST(photos.resident_id AS TEXT))"
)
