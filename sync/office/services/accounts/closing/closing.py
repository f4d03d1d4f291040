"""A day as the kiosks of a site say it and as the office has it, and who has not sent all of it.

Each record carries what its journal had moved until then. What a kiosk says of a day is how far that went on
in its records of the day; what the office says is the sum of what it booked for them, be it in suspense.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.records import Record
from kiosk.ledger.sql import run
from sync.office.books.arrivals import StillOut, arrived_before, links_between, missing
from sync.office.console import formats
from sync.office.people.access.areas import Area

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KioskDay:
    """One journal of one kiosk on one day. Here without a gap: all its records up to `here_seq`."""

    kiosk: str
    journal: str  # in hexadecimal
    records: int
    said_fen: int  # moved, by the kiosk's running figure
    booked_fen: int  # the same, by the office's books
    unread: int  # records that nobody can read: what they moved is not known
    here_seq: int
    here_ms: int | None  # when the last of them was written, Unix time

    @property
    def agrees(self) -> bool:
        return self.said_fen == self.booked_fen and not self.unread


@dataclass(frozen=True, slots=True)
class SiteClose:
    """All of a site's kiosks on one day; `missing` are those from which something of it may still come."""

    site: str
    kiosks: Sequence[KioskDay]
    missing: Sequence[StillOut]

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here and agrees."""
        return bool(self.kiosks) and not self.missing and all(each.agrees for each in self.kiosks)


def site_days(
    connection: sa.Connection, region_id: int, sites: Mapping[str, str], day: date
) -> list[SiteClose]:
    """Each by its own calendar: `sites` have their time zones. `connection` should be a snapshot."""
    of_area = Area(frozenset(sites))
    spans = {each: _span_ms(day, each) for each in set(sites.values())}
    late = {zone: missing(connection, region_id, ends_ms, of_area) for zone, (_, ends_ms) in spans.items()}
    return [
        SiteClose(
            site,
            [
                _kiosk_day(connection, JournalKey(region_id, bytes(journal_id)), name, head_seq, spans[zone])
                for journal_id, name, head_seq in run(connection, _JOURNALS, (region_id, site))
            ],
            [each for each in late[zone] if each.site == site],
        )
        for site, zone in sites.items()
    ]


def _span_ms(day: date, zone_name: str) -> tuple[int, int]:
    """When it begins and ends there, Unix time."""
    return formats.midnight_ms(day, zone_name), formats.midnight_ms(day + timedelta(days=1), zone_name)


def _kiosk_day(
    connection: sa.Connection, key: JournalKey, kiosk: str, head_seq: int, span_ms: tuple[int, int]
) -> KioskDay:
    begins_ms, ends_ms = span_ms
    before = arrived_before(connection, key, begins_ms)
    records = said_fen = booked_fen = unread = 0
    turnover_fen: int | None = 0 if not before else None
    here_ms = None
    for link, booked in _links(connection, key, max(1, before), head_seq):
        record = link.read
        if not isinstance(record, Record):
            unread += link.seq > before
            turnover_fen = None
            continue
        here_ms = record.wall_ms
        if link.seq > before and begins_ms <= record.wall_ms < ends_ms:
            records += 1
            booked_fen += booked
            said_fen += record.turnover_fen - turnover_fen if turnover_fen is not None else booked
        turnover_fen = record.turnover_fen
    figures = (records, said_fen, booked_fen, unread, head_seq, here_ms)
    return KioskDay(kiosk, key.journal_id.hex(), *figures)


def _links(
    connection: sa.Connection, key: JournalKey, first: int, head_seq: int
) -> Iterator[tuple[Link, int]]:
    """Records and what the office booked for each, in fen above zero."""
    for start in range(first, head_seq + 1, AT_ONCE):
        last = start + AT_ONCE - 1
        place = (Unit.FEN.value, key.region_id, key.journal_id, start, last)
        booked = {seq: int(fen) for seq, fen in run(connection, _BOOKED, place)}
        for link in links_between(connection, key, start, last):
            yield link, booked.get(link.seq, 0)


_JOURNALS = (
    "SELECT j.journal_id, d.name, j.head_seq FROM journals AS j JOIN devices AS d"
    " ON d.region_id = j.region_id AND d.device_id = j.device_id"
    " WHERE j.region_id = ? AND j.site = ? ORDER BY d.name, j.journal_id"
)
_BOOKED = (
    "SELECT seq, CAST(sum(quantity) AS BIGINT) FROM postings WHERE unit = ? AND quantity > 0"
    " AND region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? GROUP BY seq"
)
