"""A batch while it is taken in, and what a look at it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.audit.recovery import RECOVERED, as_first_written
from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import Record
from sync.office.books.heads import JournalHead
from sync.office.keys.devices import Device
from sync.office.keys.issuer import Issuer

Kind = tuple[str, int]


@dataclass(frozen=True)
class Batch:
    """What of a batch is new to the office, at least one record. `head` is where the journal stood before."""

    device: Device
    head: JournalHead
    links: Sequence[Link]
    at_ms: int  # Unix time
    issuer: Issuer

    @property
    def key(self) -> JournalKey:
        return self.head.key

    @property
    def first_seq(self) -> int:
        return self.links[0].seq

    @property
    def last_seq(self) -> int:
        return self.links[-1].seq

    @property
    def place(self) -> tuple[int, bytes, int, int]:
        """For a query: region, journal, first and last record."""
        return self.key.region_id, self.key.journal_id, self.first_seq, self.last_seq

    @cached_property
    def records(self) -> Sequence[Record]:
        """Those that can be booked."""
        return [read for link in self.links if isinstance(read := link.read, Record)]

    @cached_property
    def kinds(self) -> Set[Kind]:
        """Of these records, and of what they recover."""
        return frozenset(_kinds(self.records))


def _kinds(records: Iterable[Record]) -> Iterator[Kind]:
    for record in records:
        kind = record.kind, record.version
        yield kind
        if kind == RECOVERED:
            try:
                inner = as_first_written(record)
            except FAULTS:
                continue  # judged to be unread
            yield inner.kind, inner.version


# Does what follows from the batch in the transaction that books it; returns what a person should look at.
Check = Callable[[sa.Connection, Batch], Iterable[Finding]]


def only_of(kinds: Iterable[Kind], check: Check) -> Check:
    """A check that has nothing to look at in a batch without any record of these kinds."""
    looked_at = frozenset(kinds)

    def check_if_any(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
        return () if looked_at.isdisjoint(batch.kinds) else check(connection, batch)

    return check_if_any
