"""One record as the office has it: who wrote it, what it moved, and what was found odd about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.accounts import resident_of
from kiosk.ledger.records import Chained, Record, decode
from kiosk.ledger.tables import postings, records
from sync.office.console.names import staff_names
from sync.office.store.rows import same
from sync.office.store.tables import devices, journals, reviews


@dataclass(frozen=True, slots=True)
class Moved:
    """What a record booked on one account; `unit` is FEN for money in fen."""

    account: str
    unit: str
    quantity: int

    @property
    def resident_id(self) -> int:
        """Whose account it is; 0: no resident's."""
        return resident_of(self.account) or 0


@dataclass(frozen=True, slots=True)
class Odd:
    """Something found about it, and whether a person has settled that."""

    code: str
    detail: str
    settled: bool


@dataclass(frozen=True, slots=True)
class RecordShown:
    """`kiosk` is empty for the office's own; `operator` by name, where one is known."""

    record: Record
    receipt: str
    hash: str  # in hexadecimal
    journal: str  # likewise
    kiosk: str
    site: str
    operator: str
    moved: Sequence[Moved]
    odd: Sequence[Odd]


def record_shown(
    connection: sa.Connection, region_id: int, journal_id: bytes, seq: int
) -> RecordShown | None:
    """None: there is no such record."""
    r = records.c
    mine = [r.region_id == region_id, r.journal_id == journal_id, r.seq == seq]
    of_a_kiosk = records.join(journals, same(records, journals, "journal_id")).outerjoin(
        devices, same(journals, devices, "device_id")
    )
    query = sa.select(r.raw, r.hash, journals.c.site, devices.c.name).select_from(of_a_kiosk).where(*mine)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    record = decode(row.raw)
    return RecordShown(
        record=record,
        receipt=Chained(record, row.hash).receipt,
        hash=row.hash.hex(),
        journal=journal_id.hex(),
        kiosk=row.name or "",
        site=row.site,
        operator=staff_names(connection, region_id).get(record.operator, record.operator),
        moved=_moved(connection, region_id, journal_id, seq),
        odd=_odd(connection, region_id, journal_id, seq),
    )


def _moved(connection: sa.Connection, region_id: int, journal_id: bytes, seq: int) -> Sequence[Moved]:
    p = postings.c
    query = sa.select(p.account, p.unit, p.quantity).order_by(p.n)
    mine = query.where(p.region_id == region_id, p.journal_id == journal_id, p.seq == seq)
    return [Moved(*row) for row in connection.execute(mine)]


def _odd(connection: sa.Connection, region_id: int, journal_id: bytes, seq: int) -> Sequence[Odd]:
    c = reviews.c
    query = sa.select(c.code, c.detail, c.closed_at_ms).order_by(c.code)
    mine = query.where(c.region_id == region_id, c.journal_id == journal_id, c.seq == seq)
    return [Odd(row.code, row.detail, row.closed_at_ms is not None) for row in connection.execute(mine)]
