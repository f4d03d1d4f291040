"""Records of a day and after it, from all journals: what has to be taken off the balances as they stand now.

A record counts on the day that it says, and at the latest on that on which it arrived: a kiosk's clock may be
ahead. So nothing that arrived before the day has to be read, and what costs time is what came since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.common.clock import local_time
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.records import Record
from kiosk.ledger.sql import run
from sync.office.books import verdicts
from sync.office.books.arrivals import arrived_before, links_between

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Booked:
    """A record that moved something; `posted` is what the books say of it."""

    day: str  # ISO date
    journal: str  # in hexadecimal
    site: str  # empty: the office's own
    link: Link
    record: Record
    is_suspended: bool
    posted: tuple[tuple[str, str, int], ...]  # account, unit, quantity


def booked_since(connection: sa.Connection, region_id: int, begins_ms: int) -> Iterator[Booked]:
    """Of all journals, from the latest record back to the day that begins at `begins_ms`, Unix time."""
    for journal_id, site, device_id, head_seq in run(connection, _JOURNALS, (region_id,)):
        key = JournalKey(region_id, bytes(journal_id))
        if device_id is None:
            yield from _own(connection, key, head_seq, begins_ms)
        else:
            for first in range(arrived_before(connection, key, begins_ms) + 1, head_seq + 1, AT_ONCE):
                yield from _some(connection, key, site, first, begins_ms)


def _own(connection: sa.Connection, key: JournalKey, head_seq: int, begins_ms: int) -> Iterator[Booked]:
    """The office's own journal goes by one clock, so its end is read until the day before."""
    for first in range(max(1, head_seq - AT_ONCE + 1), 1 - AT_ONCE, -AT_ONCE):
        some = list(_some(connection, key, "", first, begins_ms))
        yield from some
        if not some and not _reaches(connection, key, first, begins_ms):
            return


def _reaches(connection: sa.Connection, key: JournalKey, first: int, begins_ms: int) -> bool:
    """Whether the first of some records is of that day yet: those that move nothing count as well."""
    links = links_between(connection, key, first, first)
    return any(isinstance(each.read, Record) and each.read.wall_ms >= begins_ms for each in links)


def _some(
    connection: sa.Connection, key: JournalKey, site: str, first: int, begins_ms: int
) -> Iterator[Booked]:
    place = (key.region_id, key.journal_id, first, first + AT_ONCE - 1)
    posted: dict[int, list[tuple[str, str, int]]] = {}
    for seq, account, unit, quantity in run(connection, _POSTED, place):
        posted.setdefault(seq, []).append((account, unit, int(quantity)))
    if not posted:
        return
    unbelieved = verdicts.suspended(connection, key, place[2], place[3])
    for link in links_between(connection, key, first, place[3]):
        record = link.read
        if link.seq in posted and isinstance(record, Record) and record.wall_ms >= begins_ms:
            day = local_time(record.wall_ms).date().isoformat()
            is_suspended = link.seq in unbelieved
            where = (day, key.journal_id.hex(), site)
            yield Booked(*where, link, record, is_suspended, tuple(posted[link.seq]))


_JOURNALS = (
    "SELECT journal_id, site, device_id, head_seq FROM journals WHERE region_id = ? AND head_seq > 0"
    " ORDER BY journal_id"
)
_POSTED = (
    "SELECT seq, account, unit, quantity FROM postings"
    " WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ?"
    " AND unit IN ('FEN', 'MINUTE') ORDER BY seq, n"
)
