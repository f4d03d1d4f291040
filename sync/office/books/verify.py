"""The books proved: everything recomputed from the journals' raw bytes and compared with the tables.

Each journal is folded once more into empty tables beside the real ones, batch by batch, and every row must be
the same. Nothing else decides: not the reviews, not the order in which batches came, not who sent them; only
which records the office's own journal says are suspended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from kiosk.ledger import tables as ledger
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.records import chain_hash, genesis_hash
from sync.office.books import verdicts
from sync.office.books.folding import Derived, fold
from sync.office.store.database import scratch
from sync.office.store.tables import journals

LINKS_AT_ONCE = 500

Rows = Callable[[sa.Table], sa.Select[Any]]  # some of a journal's, in a table


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Where the books are not what the journals say. `seq` is 0 where no one record is to blame."""

    table: str
    journal_id: bytes
    seq: int
    code: str
    detail: str


def verify(
    connection: sa.Connection,
    region_id: int,
    derived: Derived,
    progress: Callable[[int], None] = lambda records: None,
) -> list[Discrepancy]:
    """Recompute all books of a region; empty if they hold. `connection` should be a `database.snapshot`.

    `progress` is told how many records have been read. The first fault in a chain ends the proof of that
    journal, for what comes after a broken link proves nothing.
    """
    found: list[Discrepancy] = []
    read = 0
    with scratch(connection.engine, derived.tables) as beside:
        for key in _journal_keys(connection, region_id, derived.tables):
            proof = _Proof(connection, beside, key, derived)
            for records in proof.run():
                read += records
                progress(read)
            found += proof.found
    return found


class _Proof:
    """One journal, read from its beginning."""

    def __init__(
        self, connection: sa.Connection, beside: sa.Connection, key: JournalKey, derived: Derived
    ) -> None:
        self.found: list[Discrepancy] = []
        self._connection, self._beside, self._key = connection, beside, key
        self._mine = {"region_id": key.region_id, "journal_id": key.journal_id}
        self._seq, self._hash = 0, genesis_hash(key.journal_id)
        self._projections = derived.projections
        # What is written record by record: postings and whatever the services look up.
        self._by_seq = tuple(table for table in derived.tables if "seq" in table.c)

    def run(self) -> Iterator[int]:
        """Prove batch by batch; yields how many records each had."""
        while links := self._next_links():
            suspended = verdicts.suspended(self._connection, self._key, links[0].seq, links[-1].seq)
            fold(self._beside, self._key, links, self._projections, suspended)
            self._compare_each(_between, first=links[0].seq, last=links[-1].seq)
            yield len(links)
        if not self.found:
            self._check_head()
            self._compare(ledger.balances, _all_of(ledger.balances), self._mine)
            self._compare_each(_after, last=self._seq)
        self._beside.execute(ledger.balances.delete())

    def _next_links(self) -> list[Link]:
        if any(each.table == ledger.records.name for each in self.found):
            return []
        c = ledger.records.c
        rows = self._connection.execute(
            sa.select(c.seq, c.raw, c.hash)
            .where(*_own(ledger.records), c.seq > self._seq)
            .order_by(c.seq)
            .limit(LINKS_AT_ONCE),
            self._mine,
        )
        links = []
        for seq, raw, stored in rows:
            if seq != self._seq + 1:
                self._find(ledger.records, self._seq + 1, "missing", f"the next record is {seq}")
                break
            if not (isinstance(raw, bytes) and isinstance(stored, bytes)):
                self._find(ledger.records, seq, "wrong_type", "record or hash is not stored as bytes")
                break
            computed = chain_hash(self._hash, raw)
            if computed != stored:
                self._find(
                    ledger.records, seq, "wrong_hash", f"{stored.hex()} stored, {computed.hex()} computed"
                )
                break
            links.append(Link(seq, raw, stored))
            self._seq, self._hash = seq, stored
        return links

    def _compare_each(self, rows: Rows, **places: int) -> None:
        """What these records wrote. Most write into few tables: the others are empty at both ends."""
        which = {**self._mine, **places}
        both = (self._connection, self._beside)
        stored, computed = ({*each.scalars(_filled(self._by_seq, rows), which)} for each in both)
        for table in self._by_seq:
            if table.name in stored | computed:
                self._compare(table, rows(table), which)
            if table.name in computed:
                self._beside.execute(table.delete())

    def _compare(self, table: sa.Table, query: sa.Select[Any], which: Mapping[str, object]) -> None:
        """Name the first row that differs."""
        stored = _by_key(table, self._connection.execute(query, which).all())
        computed = _by_key(table, self._beside.execute(query, which).all())
        if stored == computed:
            return
        place = min(key for key in stored.keys() | computed.keys() if stored.get(key) != computed.get(key))
        seq = place[2] if isinstance(place[2], int) else 0
        detail = f"{place[2:]}: {stored.get(place)} stored, {computed.get(place)} computed"
        self._find(table, seq, "differs", detail)

    def _check_head(self) -> None:
        query = sa.select(journals.c.head_seq, journals.c.head_hash).where(*_own(journals))
        head = self._connection.execute(query, self._mine).one_or_none()
        if head is None:
            self._find(journals, self._seq, "unknown_journal", "records without a head")
        elif tuple(head) != (self._seq, self._hash):
            detail = f"head {head.head_seq} {head.head_hash.hex()}, chain {self._seq} {self._hash.hex()}"
            self._find(journals, self._seq, "wrong_head", detail)

    def _find(self, table: sa.Table, seq: int, code: str, detail: str) -> None:
        self.found.append(Discrepancy(table.name, self._key.journal_id, seq, code, detail))


def _own(table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
    for name in ("region_id", "journal_id"):
        yield table.c[name] == sa.bindparam(name)


@cache  # each is asked for every journal, some of them for every batch
def _all_of(table: sa.Table) -> sa.Select[Any]:
    """A journal's rows."""
    return sa.select(table).where(*_own(table))


@cache
def _between(table: sa.Table) -> sa.Select[Any]:
    """Those of its records from `first` to `last`."""
    return _all_of(table).where(table.c.seq.between(sa.bindparam("first"), sa.bindparam("last")))


@cache
def _after(table: sa.Table) -> sa.Select[Any]:
    """Those that no record explains."""
    return _all_of(table).where(table.c.seq > sa.bindparam("last"))


@cache
def _filled(tables: tuple[sa.Table, ...], rows: Rows) -> sa.CompoundSelect[Any]:
    """The names of the tables that have such rows."""
    return sa.union_all(*(sa.select(sa.literal(table.name)).where(rows(table).exists()) for table in tables))


def _journal_keys(connection: sa.Connection, region_id: int, folded: Sequence[sa.Table]) -> list[JournalKey]:
    """Every journal of the region that any table knows."""
    tables = [journals, *folded]
    known = sa.union(
        *(sa.select(table.c.journal_id).where(table.c.region_id == region_id) for table in tables)
    )
    return [JournalKey(region_id, journal_id) for journal_id in sorted(connection.scalars(known))]


def _by_key(table: sa.Table, rows: Sequence[sa.Row[tuple[object, ...]]]) -> dict[tuple[object, ...], object]:
    names = [column.name for column in table.primary_key]
    return {tuple(getattr(row, name) for name in names): tuple(row) for row in rows}
