"""The office stops a session, whoever pays for it: its kiosk opens the socket as soon as it hears of it."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from kiosk.services.charging.items import REMOTE_ORDER, ChargingSite, RemoteOrder, SocketPlace
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.published import current_values
from sync.office.office import Office
from sync.office.services.charging.phone.asking import ByPhone
from sync.office.services.charging.phone.sockets import Running, standing
from sync.office.services.charging.places import Places

STOPPED = "charging_stopped"  # the reason of the office's entry, and what its request begins with
NOBODY = 0


class NothingRunsThere(Refusal):
    """As far as the office has heard."""

    code = "nothing_runs_there"


def place_called(
    connection: sa.Connection, region_id: int, site: str, label: str
) -> tuple[ChargingSite, SocketPlace] | None:
    """A socket by what is printed on it."""
    found = Places.read(connection, region_id).sites.get(site)
    places = found.sockets if found is not None else ()
    place = next((each for each in places if each.label == label.upper()), None)
    return (found, place) if found is not None and place is not None else None


def runs_at(connection: sa.Connection, office: Office, site: ChargingSite, place: SocketPlace) -> Running:
    """Raises `NothingRunsThere`."""
    running = standing(connection, office.region_id, site, place, office.now_ms()).running
    if running is None:
        raise NothingRunsThere
    return running


def stop(
    connection: sa.Connection,
    office: Office,
    site: ChargingSite,
    place: SocketPlace,
    *,
    clerk: str = "",
    order: str = "",
) -> str:
    """Tell the site's kiosks; returns the order. With `order`: this one, and no other that came after it.

    A clerk's word stands in the office's journal. Raises `NothingRunsThere`.
    """
    running, now_ms = runs_at(connection, office, site, place), office.now_ms()
    if order not in ("", running.order):
        raise NothingRunsThere
    ByPhone(connection, office.region_id, site, place, NOBODY, now_ms).stop(running.order)
    if clerk:
        entry = Entry(f"{STOPPED} {running.order}", STOPPED, (), running.order)
        own_journal.enter(connection, office.region_id, [entry], operator=clerk, at_ms=now_ms)
    return running.order


def told(connection: sa.Connection, office: Office) -> list[RemoteOrder]:
    """What kiosks were told to stop, and have not answered yet."""
    orders = current_values(connection, office.region_id, REMOTE_ORDER)
    return [each for each in orders if each.is_stop and each.until_ms > office.now_ms()]
