"""A batch while it is taken in, and what a look at it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey, Link
from sync.office.books.heads import JournalHead
from sync.office.keys.devices import Device
from sync.office.keys.issuer import Issuer


@dataclass(frozen=True, slots=True)
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


# Does what follows from the batch in the transaction that books it; returns what a person should look at.
Check = Callable[[sa.Connection, Batch], Iterable[Finding]]
