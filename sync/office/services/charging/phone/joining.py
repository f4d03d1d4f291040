"""A phone and a card that was tapped just now are joined by the digits that the kiosk's display shows.

The digits are tried against everybody at home at the site; wrong ones are counted by where they come from and
by site, like passwords. Whoever is found, the page says no name.
"""

from __future__ import annotations

import hashlib
from datetime import date

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.sql import run
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.codes import StartCodeUsed, StartCodeWrong, by_either, find_joined
from kiosk.services.charging.items import CHARGING_KEY
from sync.office.catalogue.publishing import shown, site_scope
from sync.office.office import Office
from sync.office.people import login_tries
from sync.office.services.charging.phone.joined import cards_in_use
from sync.office.store.database import reading, writing
from sync.office.store.tables import catalogue_items

NONCE_BYTES = 16


class NoCard(Refusal):
    """They have no card that opens anything."""

    code = "no_card"


def join(office: Office, site: str, digits: str, address: str, today: date) -> tuple[int, list[int]]:
    """Whose phone it is, and their cards' numbers.

    Raises `StartCodeWrong`, `StartCodeUsed`, `NoCard`, or `login_tries.TooSoon` where too many were wrong.
    """
    region_id, now_ms = office.region_id, office.now_ms()
    counts = login_tries.of_a_phone(address, site)
    with writing(office.engine) as connection:
        login_tries.count(connection, region_id, counts, now_ms)
    with reading(office.engine) as connection:
        key = shown(connection, region_id, CHARGING_KEY, site)
        if key is None:
            raise StartCodeWrong
        at_home = _at_home(connection, region_id, site)
    found = by_either(key, lambda secret: find_joined(digits, site, at_home, secret, now_ms // 1000))
    with writing(office.engine) as connection:
        login_tries.take_back(connection, region_id, counts)
        _use(connection, region_id, f"{site} {found.resident_id} {found.window}", now_ms)
        numbers = cards_in_use(connection, region_id, found.resident_id, today)
    if not numbers:
        raise NoCard
    return found.resident_id, numbers


def _at_home(connection: sa.Connection, region_id: int, site: str) -> list[int]:
    c = catalogue_items.c
    query = sa.select(c.key).where(
        c.region_id == region_id,
        c.kind == Kind.RESIDENT,
        c.scope == site_scope(site),
        c.value.is_not(None),
    )
    return [int(key) for key in connection.execute(query).scalars()]


def _use(connection: sa.Connection, region_id: int, what: str, now_ms: int) -> None:
    """Raises `StartCodeUsed`."""
    nonce = hashlib.sha256(what.encode()).digest()[:NONCE_BYTES]
    if run(connection, "SELECT 1 FROM charging_joined WHERE region_id = ? AND nonce = ?", (region_id, nonce)):
        raise StartCodeUsed
    values = (region_id, nonce, now_ms)
    run(connection, "INSERT INTO charging_joined (region_id, nonce, joined_ms) VALUES (?, ?, ?)", values)
