"""The one place where records, postings and balances are written, at the counter and at the office alike.

A record that cannot be understood, or whose postings do not balance, is still kept: it happened. It moves
no money, and what was wrong with it is returned for review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.accounts import is_account, suspense
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import MOST_BOOKED, Posting, imbalance
from kiosk.ledger.figures import figures
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import Row, run_many


@dataclass(frozen=True, slots=True)
class JournalKey:
    """Which journal: the region that keeps its books and 128 random bits."""

    region_id: int
    journal_id: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at. `code` is stable; `detail` names the figures."""

    seq: int
    code: str
    detail: str


@dataclass(slots=True)
class Link:
    """One link of the chain: a record's exact bytes and the hash that they give."""

    seq: int
    raw: bytes
    hash: bytes
    _read: Record | Finding | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def read(self) -> Record | Finding:
        """The record that can be booked, or why it can not. Looked into once."""
        if self._read is None:
            self._read = self._look()
        return self._read

    def _look(self) -> Record | Finding:
        try:
            record = decode(self.raw)
        except msgspec.MsgspecError as error:
            return Finding(self.seq, "unreadable_record", str(error))
        if record.seq != self.seq:
            return Finding(self.seq, "wrong_seq", figures(says=record.seq))
        if excess := imbalance(record.postings):
            return Finding(self.seq, "unbalanced", str(excess))
        if odd := unbookable(record.postings):
            return Finding(self.seq, "unbookable", str(odd))
        return record


InsertRows = Callable[[sa.Connection, sa.Table, Sequence[Row]], None]
# Writes what a service wants to look up later, and says what it found odd.
Project = Callable[[sa.Connection, JournalKey, Sequence[Record]], Iterable[Finding]]
Projections = Mapping[tuple[str, int], Project]  # by (kind, version) of record


def nothing_to_find(
    _connection: sa.Connection, _journal: JournalKey, _records: Sequence[Record]
) -> Iterable[Finding]:
    """For kinds with nothing to look up: the record itself is all there is."""
    return ()


def all_of(*several: Projections) -> Projections:
    """One mapping of them; a kind of record that more than one projects is projected by each, in order."""
    by_kind: dict[tuple[str, int], list[Project]] = defaultdict(list)
    for projections in several:
        for kind, project in projections.items():
            by_kind[kind].append(project)
    return {kind: each[0] if len(each) == 1 else _in_turn(each) for kind, each in by_kind.items()}


def _in_turn(projects: Sequence[Project]) -> Project:
    def each_of_them(
        connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
    ) -> Iterable[Finding]:
        return [finding for each in projects for finding in each(connection, journal, records)]

    return each_of_them


def append(
    connection: sa.Connection,
    journal: JournalKey,
    links: Sequence[Link],
    projections: Projections,
    insert_rows: InsertRows,
    suspended: Collection[int] = (),
) -> list[Finding]:
    """Write links, their postings, balances and projections within the caller's database transaction.

    What the records `suspended`, by seq, say that they moved is booked to suspense, and nothing else follows
    from them: they are not believed.
    """
    key = (journal.region_id, journal.journal_id)
    insert_rows(connection, tables.records, [(*key, link.seq, link.raw, link.hash) for link in links])
    posted, findings = _readable(links)
    rows = [
        (*key, record.seq, n, each.account, _UNITS[each.unit], each.quantity)
        for record in posted
        for n, each in enumerate(_to_suspense(record) if record.seq in suspended else record.postings)
    ]
    if rows:
        insert_rows(connection, tables.postings, rows)
        _add_to_balances(connection, key, rows)
    believed = (record for record in posted if record.seq not in suspended)
    return findings + project(connection, journal, believed, projections)


def _to_suspense(record: Record) -> Iterable[Posting]:
    return (Posting(suspense(each.account), each.quantity, each.unit) for each in record.postings)


def _readable(links: Iterable[Link]) -> tuple[list[Record], list[Finding]]:
    posted: list[Record] = []
    findings: list[Finding] = []
    for link in links:
        read = link.read
        if isinstance(read, Finding):
            findings.append(read)
        else:
            posted.append(read)
    return posted, findings


def unbookable(postings: Iterable[Posting]) -> Posting | None:
    """The first that no books can hold: a sum beyond every database, or an account that nobody has."""
    for each in postings:
        if not -MOST_BOOKED <= each.quantity <= MOST_BOOKED or not is_account(each.account):
            return each
    return None


_UNITS = {unit: unit.value for unit in Unit}
_ADD = (
    "INSERT INTO balances (region_id, journal_id, account, unit, credits, debits) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (region_id, journal_id, account, unit) DO UPDATE SET"
    " credits = balances.credits + excluded.credits, debits = balances.debits + excluded.debits"
)


def _add_to_balances(connection: sa.Connection, key: Row, rows: Iterable[Row]) -> None:
    """`rows` as they stand in `postings`."""
    sums: dict[Row, list[int]] = defaultdict(lambda: [0, 0])
    for _region_id, _journal_id, _seq, _n, account, unit, quantity in rows:
        sums[account, unit][quantity < 0] += abs(quantity)
    # In the order of the key, so that two writers never wait for each other in a circle.
    run_many(connection, _ADD, [(*key, *name, *both) for name, both in sorted(sums.items())])


def project(
    connection: sa.Connection, journal: JournalKey, posted: Iterable[Record], projections: Projections
) -> list[Finding]:
    """Fill the tables in which records are looked up."""
    by_kind: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in posted:
        by_kind[record.kind, record.version].append(record)
    findings: list[Finding] = []
    for kind, records in by_kind.items():
        look_up = projections.get(kind)
        if look_up is not None:
            findings += look_up(connection, journal, records)
        else:
            detail = figures(kind=kind[0], version=kind[1])
            findings += [Finding(each.seq, "unknown_kind", detail) for each in records]
    return findings
