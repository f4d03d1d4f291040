"""The meals of one shift, for whoever counts its cash."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.common.lent import ShiftMeals
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run


def meals_in_shift(connection: sa.Connection, key: JournalKey, after_seq: int, last_seq: int) -> ShiftMeals:
    """Of one journal, after a record and up to another."""
    among = (key.region_id, key.journal_id, after_seq, last_seq)
    first, further, undone, volunteers, full_fen, own_fen = run(connection, _MEALS, among)[0]
    return ShiftMeals(
        first_portions=first,
        further_portions=further,
        undone_portions=undone,
        away_portions=run(connection, _AWAY, among)[0][0],
        volunteer_portions=volunteers,
        own_fen=own_fen,
        subsidy_fen=full_fen - own_fen,
    )


_MEALS = (
    "SELECT coalesce(sum(served = 1 AND portion = 1), 0), coalesce(sum(served = 1 AND portion > 1), 0),"
    " coalesce(sum(served = -1), 0), coalesce(sum(CASE resident_id WHEN 0 THEN served END), 0),"
    " coalesce(sum(full_fen), 0), coalesce(sum(own_fen), 0)"
    " FROM servings WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ?"
)
# Without those that were taken back afterwards: the box came back too.
_AWAY = (
    "SELECT coalesce(sum(portions), 0) FROM away_portions AS a"
    " WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ? AND NOT EXISTS"
    " (SELECT 1 FROM follow_ups AS f JOIN servings AS s"
    "  ON s.region_id = f.region_id AND s.journal_id = f.journal_id AND s.seq = f.seq AND s.served = -1"
    "  WHERE f.region_id = a.region_id AND f.journal_id = a.journal_id AND f.original_seq = a.original_seq)"
)
