"""Days on which a resident is known to be away: nobody is asked about them then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from sync.office.services.care.tables import care_leaves
from sync.office.store import counting

COUNTED = "care_leaves"


@dataclass(frozen=True, slots=True)
class Leave:
    """Both days included."""

    seq: int
    resident_id: int
    first_day: date
    last_day: date
    why: str
    who: str
    at_ms: int


def add(
    connection: sa.Connection,
    region_id: int,
    resident_id: int,
    days: tuple[date, date],
    why: str,
    *,
    who: str,
    at_ms: int,
) -> int:
    seq = counting.take(connection, region_id, COUNTED)
    first_day, last_day = (each.isoformat() for each in days)
    row = {"seq": seq, "resident_id": resident_id, "first_day": first_day, "last_day": last_day}
    row |= {"why": why, "who": who, "at_ms": at_ms}
    connection.execute(care_leaves.insert(), {"region_id": region_id, **row})
    return seq


def remove(connection: sa.Connection, region_id: int, resident_id: int, seq: int) -> bool:
    """Whether there was one."""
    c = care_leaves.c
    mine = (c.region_id == region_id, c.resident_id == resident_id, c.seq == seq)
    return connection.execute(care_leaves.delete().where(*mine)).rowcount > 0


def of_resident(connection: sa.Connection, region_id: int, resident_id: int) -> list[Leave]:
    """The latest first."""
    c = care_leaves.c
    query = sa.select(care_leaves).where(c.region_id == region_id, c.resident_id == resident_id)
    return [
        Leave(
            row.seq,
            row.resident_id,
            date.fromisoformat(row.first_day),
            date.fromisoformat(row.last_day),
            row.why,
            row.who,
            row.at_ms,
        )
        for row in connection.execute(query.order_by(c.last_day.desc(), c.seq.desc()))
    ]


def away_on(connection: sa.Connection, region_id: int, day: date, resident_ids: Iterable[int]) -> set[int]:
    """Which of these are."""
    c, wanted = care_leaves.c, set(resident_ids)
    query = sa.select(c.resident_id).where(
        c.region_id == region_id, c.first_day <= day.isoformat(), c.last_day >= day.isoformat()
    )
    return wanted & set(connection.execute(query).scalars())
