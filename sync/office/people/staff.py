"""Who works at the counters: published to the kiosks of their site, with a hash in place of the PIN."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.cards import uid_of_token
from kiosk.people.chips import CHIP_TOKEN, why_no_card
from kiosk.people.staff import Role, Staff
from sync.office.catalogue.publishing import publish, site_scope, withdraw
from sync.office.people.pins import HashedPin
from sync.office.store.tables import catalogue_items

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class UnusableStaff(ValueError):
    """An id, site or card that cannot be taken; the message says what is allowed."""


def members(connection: sa.Connection, region_id: int) -> list[Staff]:
    """Everybody, by id."""
    c = catalogue_items.c
    wanted = (c.region_id == region_id, c.kind == Kind.STAFF, c.value.is_not(None))
    rows = connection.execute(sa.select(c.value).where(*wanted).order_by(c.key)).scalars()
    return [decode_value(Kind.STAFF, value) for value in rows]


def wearer(connection: sa.Connection, region_id: int, token: str) -> Staff | None:
    """Whose badge a card is."""
    return next((each for each in members(connection, region_id) if token in each.badges), None)


def add(
    connection: sa.Connection,
    region_id: int,
    *,
    staff_id: str,
    name: str,
    site: str,
    roles: Collection[Role],
    sites: Collection[str],
) -> None:
    """Let somebody work at a site. Raises `UnusableStaff`."""
    if not _ID.fullmatch(staff_id):
        raise UnusableStaff(f"{staff_id!r}: 1 to 40 of the characters a-z 0-9 - _ are allowed")
    if any(each.id == staff_id for each in members(connection, region_id)):
        raise UnusableStaff(f"{staff_id}: works here already")
    if site not in sites:
        raise UnusableStaff(f"{site}: no such site; there are: {', '.join(sorted(sites)) or 'none yet'}")
    _publish(connection, region_id, Staff(id=staff_id, name=name, site=site, roles=tuple(sorted(roles))))


def set_pin(connection: sa.Connection, region_id: int, staff_id: str, pin: HashedPin) -> None:
    """Raises `UnusableStaff`."""
    who = _member(connection, region_id, staff_id)
    changed = msgspec.structs.replace(who, pin_hash=pin.hash, pin_digits=pin.digits)
    _publish(connection, region_id, changed)


def set_badges(connection: sa.Connection, region_id: int, staff_id: str, badges: Collection[str]) -> None:
    """Cards that say who it is, by their tokens; none takes them away. Raises `UnusableStaff`.

    One that can prove itself, a card of the office's, signs in; after any other the PIN follows.
    """
    who = _member(connection, region_id, staff_id)
    taken = {token for each in members(connection, region_id) if each.id != staff_id for token in each.badges}
    for token in badges:
        if not CHIP_TOKEN.fullmatch(token) or why_no_card(uid_of_token(token)):
            raise UnusableStaff(f"{token}: `nfc:` and the number of a chip that may be a card is allowed")
    clash = sorted(taken & set(badges))
    if clash:
        raise UnusableStaff(f"{clash[0]}: is somebody else's badge")
    _publish(connection, region_id, msgspec.structs.replace(who, badges=tuple(badges)))


def dismiss(connection: sa.Connection, region_id: int, staff_id: str) -> None:
    """Signed out at every kiosk that hears of it. Raises `UnusableStaff`."""
    _member(connection, region_id, staff_id)
    withdraw(connection, region_id, Kind.STAFF, staff_id)


def _member(connection: sa.Connection, region_id: int, staff_id: str) -> Staff:
    known = {each.id: each for each in members(connection, region_id)}
    if staff_id not in known:
        raise UnusableStaff(f"{staff_id}: no such member; there are: {', '.join(known) or 'none yet'}")
    return known[staff_id]


def _publish(connection: sa.Connection, region_id: int, who: Staff) -> None:
    publish(connection, region_id, Kind.STAFF, who.id, who, scope=site_scope(who.site), label=who.name)
