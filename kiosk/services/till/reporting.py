"""What a shift came to, from the journal's own tables."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.follow_ups import original
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Chained
from kiosk.ledger.sql import run
from kiosk.services.till.records import ShiftClosed, ShiftOpened, decode_shift_closed, decode_shift_opened
from kiosk.services.till.shifts import Shift


@dataclass(frozen=True, slots=True)
class Takings:
    """Meals and cash of one shift; fen. `cash_fen` is by kind of record, below zero what was handed out."""

    first_portions: int
    further_portions: int
    undone_portions: int
    away_portions: int  # of those that were not undone
    volunteer_portions: int
    own_fen: int
    subsidy_fen: int
    cash_fen: dict[str, int]
    first_seq: int
    last_seq: int


def takings(connection: sa.Connection, key: JournalKey, shift: Shift, last_seq: int) -> Takings:
    """From the record that opened the shift up to `last_seq` of the journal that is written now.

    Where another journal was begun in mid-shift, the part before is counted to its end.
    """
    bounds = [(key.journal_id, shift.seq if shift.journal_id == key.journal_id else 0, last_seq)]
    if shift.journal_id != key.journal_id:
        bounds.append((shift.journal_id, shift.seq, 2**62))
    meals = [run(connection, _MEALS, (key.region_id, *each))[0] for each in bounds]
    cash: dict[str, int] = {}
    for each in bounds:
        for kind, fen in run(connection, _CASH, (key.region_id, *each)):
            cash[kind] = cash.get(kind, 0) + fen
    first, further, undone, volunteers, full_fen, own_fen = (sum(part) for part in zip(*meals, strict=True))
    return Takings(
        first_portions=first,
        further_portions=further,
        undone_portions=undone,
        away_portions=sum(run(connection, _AWAY, (key.region_id, *each))[0][0] for each in bounds),
        volunteer_portions=volunteers,
        own_fen=own_fen,
        subsidy_fen=full_fen - own_fen,
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


def shift_report(connection: sa.Connection, region_id: int, number: int) -> ShiftReport | None:
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
        takings=takings(connection, key, shift, closed_seq),
    )


_ENDS = "SELECT journal_id, seq FROM shift_ends WHERE region_id = ? AND number = ? ORDER BY closed"
_MEALS = (
    "SELECT coalesce(sum(served = 1 AND portion = 1), 0), coalesce(sum(served = 1 AND portion > 1), 0),"
    " coalesce(sum(served = -1), 0), coalesce(sum(CASE resident_id WHEN 0 THEN served END), 0),"
    " coalesce(sum(full_fen), 0), coalesce(sum(own_fen), 0)"
    " FROM servings WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ?"
)
_CASH = (
    "SELECT kind, sum(fen) FROM cash_moves WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ?"
    " GROUP BY kind"
)
# Without those that were taken back afterwards: the box came back too.
_AWAY = (
    "SELECT coalesce(sum(portions), 0) FROM away_portions AS a"
    " WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ? AND NOT EXISTS"
    " (SELECT 1 FROM follow_ups AS f JOIN servings AS s"
    "  ON s.region_id = f.region_id AND s.journal_id = f.journal_id AND s.seq = f.seq AND s.served = -1"
    "  WHERE f.region_id = a.region_id AND f.journal_id = a.journal_id AND f.original_seq = a.original_seq)"
)
