"""What a shift came to, from the journal's own tables."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.common.lent import Meals, ShiftMeals
from kiosk.ledger.follow_ups import original
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Chained
from kiosk.ledger.sql import run
from kiosk.services.till.records import ShiftClosed, ShiftOpened, decode_shift_closed, decode_shift_opened
from kiosk.services.till.shifts import Shift


@dataclass(frozen=True, slots=True)
class Takings:
    """Meals and cash of one shift; fen. `cash_fen` is by kind of record, below zero what was handed out."""

    meals: ShiftMeals | None  # None: nobody serves any here
    cash_fen: dict[str, int]
    first_seq: int
    last_seq: int


def takings(
    connection: sa.Connection, key: JournalKey, shift: Shift, last_seq: int, meals: Meals | None
) -> Takings:
    """From the record that opened the shift up to `last_seq` of the journal that is written now.

    Where another journal was begun in mid-shift, the part before is counted to its end. `meals`: whoever
    serves them here, if anybody does.
    """
    bounds = [(key.journal_id, shift.seq if shift.journal_id == key.journal_id else 0, last_seq)]
    if shift.journal_id != key.journal_id:
        bounds.append((shift.journal_id, shift.seq, 2**62))
    had = [
        meals.in_shift(connection, JournalKey(key.region_id, journal_id), after_seq, to_seq)
        for journal_id, after_seq, to_seq in bounds
        if meals is not None
    ]
    cash: dict[str, int] = {}
    for each in bounds:
        for kind, fen in run(connection, _CASH, (key.region_id, *each)):
            cash[kind] = cash.get(kind, 0) + fen
    return Takings(
        meals=sum(had, ShiftMeals()) if meals else None,
        cash_fen=cash,
        first_seq=bounds[-1][1],
        last_seq=last_seq,
    )


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """A closed shift: its two records, and what it came to between them."""

    opened: ShiftOpened
    opening: Chained
    closed: ShiftClosed
    closing: Chained
    journal_id: bytes  # of the closing
    takings: Takings


def shift_report(
    connection: sa.Connection, region_id: int, number: int, meals: Meals | None
) -> ShiftReport | None:
    """The report of a shift of this kiosk; None while it is open, or was never."""
    ends = run(connection, _ENDS, (region_id, number))
    if len(ends) != 2:
        return None
    (opened_in, opened_seq), (closed_in, closed_seq) = ends
    key = JournalKey(region_id, bytes(closed_in))
    opening = original(connection, JournalKey(region_id, bytes(opened_in)), opened_seq)
    closing = original(connection, key, closed_seq)
    assert opening is not None and closing is not None, "the two ends are made from their records"
    shift = Shift(number, False, bytes(opened_in), opened_seq, opening.record.wall_ms)
    return ShiftReport(
        opened=decode_shift_opened(opening.record.body),
        opening=opening,
        closed=decode_shift_closed(closing.record.body),
        closing=closing,
        journal_id=key.journal_id,
        takings=takings(connection, key, shift, closed_seq, meals),
    )


_ENDS = "SELECT journal_id, seq FROM shift_ends WHERE region_id = ? AND number = ? ORDER BY closed"
_CASH = (
    "SELECT kind, sum(fen) FROM cash_moves WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ?"
    " GROUP BY kind"
)
