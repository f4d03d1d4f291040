"""What was done with somebody's cards: at counters, by their journals, and at the office."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.records import decode
from kiosk.ledger.sql import run

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CardDeed:
    """`at_ms`: Unix time, by the clock there. `kiosk`: empty for the office, where `who` is a clerk."""

    at_ms: int
    token: str
    what: str  # as in `card_events`
    who: str
    kiosk: str = ""
    site: str = ""


def card_deeds_of(connection: sa.Connection, region_id: int, resident_id: int) -> list[CardDeed]:
    """The latest first."""
    of_office = run(connection, _OF_OFFICE, (region_id, resident_id, MOST_SHOWN))
    of_counters = run(connection, _OF_COUNTERS, (region_id, resident_id, MOST_SHOWN))
    found = [CardDeed(*row) for row in of_office]
    for at_ms, token, what, raw, kiosk, site in of_counters:
        found.append(CardDeed(at_ms, token, what, decode(bytes(raw)).operator, kiosk or "", site))
    return sorted(found, key=lambda each: each.at_ms, reverse=True)[:MOST_SHOWN]


_OF_OFFICE = (
    "SELECT at_ms, token, what, who FROM card_deeds WHERE region_id = ? AND resident_id = ?"
    " ORDER BY seq DESC LIMIT ?"
)
_OF_COUNTERS = (
    "SELECT e.wall_ms, e.token, e.what, r.raw, d.name, j.site FROM card_events AS e"
    " JOIN records AS r ON r.region_id = e.region_id AND r.journal_id = e.journal_id AND r.seq = e.seq"
    " JOIN journals AS j ON j.region_id = e.region_id AND j.journal_id = e.journal_id"
    " LEFT JOIN devices AS d ON d.region_id = j.region_id AND d.device_id = j.device_id"
    " WHERE e.region_id = ? AND e.resident_id = ? ORDER BY e.wall_ms DESC LIMIT ?"
)
