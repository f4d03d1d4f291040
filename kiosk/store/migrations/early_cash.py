"""Cash that was taken in before there were shifts, named as its records are."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.audit.recovery import RECOVERED, decode_recovered, origin_of
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import run, run_many

# What the migration to 0003 entered from the postings, of which alone no kind can be told.
_UNNAMED = (
    "SELECT moved.region_id, moved.journal_id, moved.seq, records.raw FROM cash_moves AS moved"
    " JOIN records ON records.region_id = moved.region_id AND records.journal_id = moved.journal_id"
    " AND records.seq = moved.seq WHERE moved.kind = 'before'"
)
_NAME = "UPDATE cash_moves SET kind = ? WHERE region_id = ? AND journal_id = ? AND seq = ?"


def name_early_cash(connection: sa.Connection) -> None:
    """Give each such row the kind that it is folded to from its record."""
    rows = run(connection, _UNNAMED, ())
    if rows:
        run_many(connection, _NAME, [(_kind(decode(bytes(raw))), *place) for *place, raw in rows])


def _kind(record: Record) -> str:
    if (record.kind, record.version) != RECOVERED:
        return record.kind
    origin = origin_of(decode_recovered(record.body)).record
    return origin.kind if origin else record.kind
