"""A service that is listed anew: what kiosks sent of it before is booked now, as if it had been known.

Its tables are folded from all records of the region, once. Records of kinds that nobody knew are judged and
booked; what is not believed stays with a person. Services that are taken off the list are folded anew when
they come back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa

from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows, run
from sync.office.books import heads, own_journal, reviews, verdicts
from sync.office.books.folding import Derived, fold
from sync.office.books.rebooking import decided, link_at, take_out
from sync.office.books.verdicts import Verdict
from sync.office.intake.batch import Batch
from sync.office.intake.intake import Intake
from sync.office.intake.judging import judge
from sync.office.intake.judging.known import placed_of
from sync.office.keys import devices
from sync.office.keys.issuer import Issuer
from sync.office.store.database import empty, scratch
from sync.office.store.turns import alone

RECORDS_AT_ONCE = 5_000  # some 10 MB of them in memory; emptying the tables beside takes its time

Listed = Mapping[str, Sequence[sa.Table]]  # the services by name, with their tables


def catch_up(
    connection: sa.Connection,
    region_id: int,
    listed: Listed,
    derived: Derived,
    intake: Intake,
    issuer: Issuer,
    at_ms: int,
) -> None:
    """Book what services say that were not listed when it came; in the transaction that opens the office."""
    known = {name for (name,) in run(connection, _KNOWN, (region_id,))}
    for name in known - listed.keys():
        run(connection, "DELETE FROM listed_services WHERE region_id = ? AND name = ?", (region_id, name))
    new = listed.keys() - known
    if not new:
        return
    alone(connection, region_id)
    for key, seq in list(_unknown(connection, region_id)):
        _book(connection, key, seq, derived, intake, issuer, at_ms)
    _fill(connection, region_id, derived, [table for name in new for table in listed[name]])
    for name in sorted(new):
        run(connection, "INSERT INTO listed_services (region_id, name) VALUES (?, ?)", (region_id, name))


def _unknown(connection: sa.Connection, region_id: int) -> Iterator[tuple[JournalKey, int]]:
    for journal_id, seq in run(connection, _UNKNOWN, (region_id, judge.UNKNOWN_KIND)):
        yield JournalKey(region_id, bytes(journal_id)), seq


def _book(
    connection: sa.Connection,
    key: JournalKey,
    seq: int,
    derived: Derived,
    intake: Intake,
    issuer: Issuer,
    at_ms: int,
) -> None:
    """One record of a kind that is known by now, unless what it says is not believed."""
    head = heads.lock_head(connection, key)
    link = link_at(connection, key, seq)
    if head is None or head.device_id is None or not _is_known(key, link, derived):
        return
    batch = Batch(devices.by_id(connection, key.region_id, head.device_id), head, [link], at_ms, issuer)
    if verdicts.suspended(connection, key, seq, seq):
        if judge.objects(connection, batch, derived):
            return  # it waits for a person where it is
        entry = decided(key, seq, Verdict.BELIEVED)
        own_journal.enter(connection, key.region_id, [entry], operator="", at_ms=at_ms)
    reviews.close(connection, key, seq, judge.UNKNOWN_KIND, at_ms)
    not_believed = judge.suspend(connection, batch, derived)
    reviews.put_up(connection, key, not_believed.findings)
    if not not_believed.seqs:
        take_out(connection, key, seq, derived.tables)
        intake.book_anew(connection, batch)


def _is_known(key: JournalKey, link: Link, derived: Derived) -> bool:
    if not isinstance(link.read, Record):
        return False
    record = placed_of(key, link.read).record
    return (record.kind, record.version) in derived.projections


def _fill(connection: sa.Connection, region_id: int, derived: Derived, new: Collection[sa.Table]) -> None:
    """Make tables anew from all records: whatever a service looks up, of its own kinds and of others'."""
    for table in new:
        connection.execute(table.delete().where(table.c.region_id == region_id))
    journals = [JournalKey(region_id, bytes(each)) for (each,) in run(connection, _JOURNALS, (region_id,))]
    if not (new and journals):
        return
    with scratch(connection.engine, derived.tables) as beside:
        for key, links in ((each, links) for each in journals for links in _links(connection, each)):
            suspended = verdicts.suspended(connection, key, links[0].seq, links[-1].seq)
            fold(beside, key, links, derived.projections, suspended)
            for table in new:
                insert_rows(connection, table, [tuple(row) for row in beside.execute(sa.select(table))])
            empty(beside, derived.tables)


def _links(connection: sa.Connection, key: JournalKey) -> Iterator[list[Link]]:
    seq = 0
    while rows := run(connection, _AFTER, (key.region_id, key.journal_id, seq, RECORDS_AT_ONCE)):
        yield [Link(*row) for row in rows]
        seq = rows[-1][0]


_KNOWN = "SELECT name FROM listed_services WHERE region_id = ?"
_JOURNALS = "SELECT journal_id FROM journals WHERE region_id = ? AND head_seq > 0"
_UNKNOWN = (
    "SELECT journal_id, seq FROM reviews WHERE region_id = ? AND code = ? AND closed_at_ms IS NULL"
    " ORDER BY journal_id, seq"
)
_AFTER = (
    "SELECT seq, raw, hash FROM records WHERE region_id = ? AND journal_id = ? AND seq > ?"
    " ORDER BY seq LIMIT ?"
)
