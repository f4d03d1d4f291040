"""Top-ups that came by a bank's file, as entries of the office's own journal, one for each transaction.

One that was wrong is undone by an entry against it; then its transaction may be booked once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import records as kept
from sync.office.books.office_entry import OFFICE_ENTRY, decode_office_entry
from sync.office.people.access.areas import Area
from sync.office.store.tables import bank_topups

TOPPED_UP, UNDONE = "bank_topup", "bank_topup_undone"
BATCHES_SHOWN = 50
MOST_AT_ONCE = 500


class BankTopUp(msgspec.Struct, frozen=True, kw_only=True):
    """The note of such an entry, as JSON. `number`: the bank's; `day`, `payer`: as the file has them."""

    number: str
    batch: str
    file: str
    site: str
    resident_id: int
    fen: int
    day: str
    payer: str
    proposed_by: str


class TopUpUndone(msgspec.Struct, frozen=True, kw_only=True):
    """The note of the entry against one."""

    journal: str  # in hexadecimal
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class BookedTopUp:
    """One as it stands in the office's journal."""

    journal: bytes
    seq: int
    topup: BankTopUp
    booked_by: str
    at_ms: int
    stands: bool


@dataclass(frozen=True, slots=True)
class FileBooked:
    """What one file brought; `undone`: how many of them."""

    batch: str
    count: int
    fen: int
    undone: int
    first: BookedTopUp


_topups = msgspec.json.Decoder(BankTopUp)
_undoings = msgspec.json.Decoder(TopUpUndone)


def note_of(what: BankTopUp | TopUpUndone) -> str:
    return msgspec.json.encode(what).decode()


def standing(connection: sa.Connection, region_id: int, numbers: Collection[str]) -> dict[str, BookedTopUp]:
    """Those of these transactions that are booked and were not undone."""
    wanted, found = sorted({*numbers} - {""}), dict[str, BookedTopUp]()
    for start in range(0, len(wanted), MOST_AT_ONCE):
        some = bank_topups.c.number.in_(wanted[start : start + MOST_AT_ONCE])
        found |= {each.topup.number: each for each in _booked(connection, region_id, some) if each.stands}
    return found


def of_batch(connection: sa.Connection, region_id: int, batch: str) -> list[BookedTopUp]:
    """In the order of the file."""
    return list(_booked(connection, region_id, bank_topups.c.batch == batch)) if batch else []


def batches(connection: sa.Connection, region_id: int, seen: Area) -> list[FileBooked]:
    """The latest first, those of an area alone."""
    c = bank_topups.c
    first_seq = sa.func.min(c.seq)
    query = (
        sa.select(c.batch, c.journal_id, first_seq.label("seq"))
        .where(c.region_id == region_id, c.batch != "", seen.holds(c.site))
        .group_by(c.batch, c.journal_id)
        .order_by(sa.func.max(c.seq).desc())
        .limit(BATCHES_SHOWN)
    )
    found = []
    for row in connection.execute(query).all():
        booked = [each for each in of_batch(connection, region_id, row.batch) if seen.has(each.topup.site)]
        fen, undone = sum(each.topup.fen for each in booked), sum(not each.stands for each in booked)
        found.append(FileBooked(row.batch, len(booked), fen, undone, booked[0]))
    return found


def _booked(
    connection: sa.Connection, region_id: int, which: sa.ColumnElement[bool]
) -> Iterable[BookedTopUp]:
    b, u = bank_topups.c, bank_topups.alias().c
    undone = sa.exists().where(
        u.region_id == region_id, u.undoes_journal_id == b.journal_id, u.undoes_seq == b.seq
    )
    of_it = (kept.c.region_id == region_id) & (kept.c.journal_id == b.journal_id) & (kept.c.seq == b.seq)
    query = sa.select(b.journal_id, b.seq, kept.c.raw, undone.label("undone")).join(kept, of_it)
    for row in connection.execute(query.where(b.region_id == region_id, which).order_by(b.seq)):
        record = decode(row.raw)
        topup = _topups.decode(decode_office_entry(record.body).note)
        yield BookedTopUp(row.journal_id, row.seq, topup, record.operator, record.wall_ms, not row.undone)


def _project(connection: sa.Connection, journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    rows: list[tuple[object, ...]] = []
    for record in records:
        entry = decode_office_entry(record.body)
        place = (journal.region_id, journal.journal_id, record.seq)
        if entry.reason == TOPPED_UP:
            made = _topups.decode(entry.note)
            rows.append((*place, made.number, made.batch, made.site, made.resident_id, made.fen, None, None))
        elif entry.reason == UNDONE:
            undone = _undoings.decode(entry.note)
            rows.append((*place, "", "", "", 0, 0, bytes.fromhex(undone.journal), undone.seq))
    if rows:
        insert_rows(connection, bank_topups, rows)
    return ()


PROJECTIONS: Projections = {OFFICE_ENTRY: _project}
