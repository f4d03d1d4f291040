"""Reviews that name two records, with both beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.entries import Posting
from kiosk.ledger.records import Chained, decode
from kiosk.ledger.sql import run
from kiosk.ledger.tables import records
from kiosk.services.canteen.tables import servings
from sync.office.services.canteen.checks.duplicates import REASON, TWO_SITES, meal_in
from sync.office.store.tables import devices, journals

PAIRS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Side:
    """One portion as a kiosk recorded it."""

    kiosk: str
    site: str
    wall_ms: int
    receipt: str
    resident_id: int
    day: str
    meal: str
    card_number: int  # 0: no card
    provisional: bool
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and what they have in common."""

    code: str
    sides: tuple[Side, Side]


def pairs(connection: sa.Connection, region_id: int) -> list[Pair]:
    """The pairs under open reviews, each once; the first `PAIRS_SHOWN`."""
    found: list[Pair] = []
    for code, one, other in _named(connection, region_id):
        sides = _side(connection, region_id, *one), _side(connection, region_id, *other)
        if sides[0] is not None and sides[1] is not None:
            found.append(Pair(code, (sides[0], sides[1])))
        if len(found) == PAIRS_SHOWN:
            break
    return found


_Place = tuple[bytes, int]


def _named(connection: sa.Connection, region_id: int) -> Iterator[tuple[str, _Place, _Place]]:
    """Which records reviews are about, and which others they name; those that name none are left out."""
    seen = set()
    for journal_id, seq, code, detail in run(connection, _REVIEWS, (region_id, REASON, TWO_SITES)):
        one, other = (bytes(journal_id), seq), _place_in(detail)
        if other is None:
            continue
        which = (code, frozenset((one, other)))
        if which not in seen:
            seen.add(which)
            yield code, one, other


def _place_in(detail: str) -> _Place | None:
    """The record that a detail begins with."""
    found = _PLACE.match(detail)
    return (bytes.fromhex(found[1]), int(found[2])) if found else None


_PLACE = re.compile(r"([0-9a-f]{32}) ([0-9]{1,18})\b")
_REVIEWS = (
    "SELECT journal_id, seq, code, detail FROM reviews WHERE region_id = ? AND code IN (?, ?)"
    " AND closed_at_ms IS NULL ORDER BY code, journal_id, seq"
)


def _side(connection: sa.Connection, region_id: int, journal_id: bytes, seq: int) -> Side | None:
    s, r, j, d = servings.c, records.c, journals.c, devices.c
    query = (
        sa.select(servings, r.raw, r.hash, d.name)
        .join(records, (r.region_id == s.region_id) & (r.journal_id == s.journal_id) & (r.seq == s.seq))
        .join(journals, (j.region_id == s.region_id) & (j.journal_id == s.journal_id))
        .outerjoin(devices, (d.region_id == j.region_id) & (d.device_id == j.device_id))
        .where(s.region_id == region_id, s.journal_id == journal_id, s.seq == seq)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    record = decode(row.raw)
    served = meal_in(record)
    return Side(
        kiosk=row.name or "",
        site=row.site,
        wall_ms=row.wall_ms,
        receipt=Chained(record, row.hash).receipt,
        resident_id=row.resident_id,
        day=row.day,
        meal=row.meal,
        card_number=served.card_number if served is not None else 0,
        provisional=served is not None and served.provisional,
        postings=record.postings,
    )
