"""What has arrived, and what has not: kiosks that hold records, or were not heard since, named one by one.

What a kiosk that is not heard has sold, nobody here knows; so nothing is called complete before all were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.sql import run
from sync.office.people.access.areas import EVERYWHERE, Area
from sync.office.store.rows import same
from sync.office.store.tables import devices, journals


@dataclass(frozen=True, slots=True)
class StillOut:
    """A kiosk from which something may still come."""

    kiosk: str
    site: str
    last_seen_ms: int | None  # None: never
    backlog: int  # records that it said it has and the office has not; it may have more


def missing(
    connection: sa.Connection, region_id: int, until_ms: int, seen: Area = EVERYWHERE
) -> list[StillOut]:
    """Of what happened before `until_ms`, Unix time. A journal that was closed brings nothing more."""
    d, j = devices.c, journals.c
    rows = connection.execute(
        sa.select(d.name, d.site, d.last_seen_ms, j.head_seq, j.claimed_seq)
        .select_from(devices.outerjoin(journals, same(devices, journals, "device_id")))
        .where(
            d.region_id == region_id,
            d.revoked_at_ms.is_(None) | d.late_until_ms.is_not(None),
            j.sealed.is_(None) | ~j.sealed,
            seen.holds(d.site),
        )
        .order_by(d.site, d.name)
    )
    found = (
        StillOut(row.name, row.site, row.last_seen_ms, max(0, (row.claimed_seq or 0) - (row.head_seq or 0)))
        for row in rows
    )
    return list(_late(found, until_ms))


def _late(found: Iterable[StillOut], until_ms: int) -> Iterable[StillOut]:
    return (each for each in found if each.backlog or (each.last_seen_ms or 0) < until_ms)


def arrived_before(connection: sa.Connection, key: JournalKey, at_ms: int) -> int:
    """The last record of a journal that was here before this Unix time; 0: none."""
    ((last_seq,),) = run(connection, _ARRIVED, (key.region_id, key.journal_id, at_ms))
    return int(last_seq or 0)


def links_between(connection: sa.Connection, key: JournalKey, first: int, last: int) -> list[Link]:
    """The records of a journal that have arrived, from one to another, both included."""
    return [Link(*row) for row in run(connection, _LINKS, (key.region_id, key.journal_id, first, last))]


_ARRIVED = "SELECT max(last_seq) FROM batches WHERE region_id = ? AND journal_id = ? AND received_at_ms < ?"
_LINKS = (
    "SELECT seq, raw, hash FROM records WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ?"
    " ORDER BY seq"
)
