"""What the till looks up: every movement of cash, and when shifts began and ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.accounts import cash_box
from kiosk.ledger.amount import Unit
from kiosk.ledger.figures import figures
from kiosk.ledger.follow_ups import REFUND, REVERSAL
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import journal_table
from kiosk.services.till.judging import JUDGES
from kiosk.services.till.records import (
    SHIFT_CLOSE,
    SHIFT_OPEN,
    TOP_UP,
    decode_shift_closed,
    decode_shift_opened,
)

MUCH_FEN = 2000  # a difference that the office looks at

# What went into the cash box, or out of it (below zero); the sum over a kiosk's journals is what is in it.
cash_moves = journal_table(
    "cash_moves",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("fen", sa.BigInteger, nullable=False),
    key=("seq",),
)

# One row when a shift is opened, one when it is closed.
shift_ends = journal_table(
    "shift_ends",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("closed", sa.SmallInteger, nullable=False),
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("expected_fen", sa.BigInteger, nullable=False),  # of an opening: what was counted
    sa.Column("counted_fen", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    key=("seq",),
)

_CASH = cash_box("")


def project_cash(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """One row for each record that moved cash."""
    rows = [
        (*_place(journal, record), each.account[len(_CASH) :], record.kind, -each.quantity)
        for record in records
        for each in record.postings
        if each.account.startswith(_CASH) and each.unit is Unit.FEN  # a box holds money
    ]
    if rows:
        insert_rows(connection, cash_moves, rows)
    return ()


def project_opened(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    for record in records:
        shift = decode_shift_opened(record.body)
        counted = (shift.counted_fen, shift.counted_fen, "")
        _note(connection, journal, record, shift.site, shift.number, 0, counted)
    return ()


def project_closed(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    found = []
    for record in records:
        shift = decode_shift_closed(record.body)
        counted = (shift.expected_fen, shift.counted_fen, shift.reason)
        _note(connection, journal, record, shift.site, shift.number, 1, counted)
        if abs(shift.counted_fen - shift.expected_fen) > MUCH_FEN:
            detail = figures(
                shift=shift.number, counted_fen=shift.counted_fen, expected_fen=shift.expected_fen
            )
            found.append(Finding(record.seq, "cash_difference", detail))
    return found


def _place(journal: JournalKey, record: Record) -> tuple[int, bytes, int]:
    return journal.region_id, journal.journal_id, record.seq


def _note(
    connection: sa.Connection,
    journal: JournalKey,
    record: Record,
    site: str,
    number: int,
    closed: int,
    figures: tuple[int, int, str],
) -> None:
    what = (site, number, closed, record.wall_ms, record.operator, *figures)
    insert_rows(connection, shift_ends, [(*_place(journal, record), *what)])


KINDS = Kinds(
    judges=JUDGES,
    projections={SHIFT_OPEN: project_opened, SHIFT_CLOSE: project_closed},
    tables=(cash_moves, shift_ends),
    takes_cash=(TOP_UP, REFUND, REVERSAL, SHIFT_OPEN, SHIFT_CLOSE),
    of_cash=project_cash,
)
