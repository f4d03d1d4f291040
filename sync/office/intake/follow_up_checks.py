"""What gives back or settles part of an earlier record, and in all more than that record moved.

But for holds that were taken over: they move nothing by themselves, and are judged to be settled once.
"""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding
from kiosk.ledger.sql import run
from sync.office.intake.batch import Batch


def check(connection: sa.Connection, batch: Batch) -> list[Finding]:
    """A kiosk refuses to write such a record; one that did is changed, or counts wrong."""
    rows = run(connection, _BEYOND, batch.place)
    return [
        Finding(seq, "refund_beyond_original", _figures(original_seq, followed, moved, unit))
        for seq, original_seq, followed, moved, unit in rows
    ]


def _figures(original_seq: int, followed: int, moved: int, unit: str) -> str:
    if unit == Unit.FEN:
        return figures(record=original_seq, returned_fen=followed, moved_fen=moved)
    return figures(record=original_seq, returned=followed, moved=moved, unit=unit)


_BEYOND = """
SELECT seq, original_seq, CAST(followed AS BIGINT), CAST(moved AS BIGINT), unit FROM (
  SELECT f.seq, f.original_seq, f.unit,
    (SELECT SUM(e.quantity) FROM follow_ups AS e WHERE e.region_id = f.region_id
      AND e.journal_id = f.journal_id AND e.original_seq = f.original_seq AND e.unit = f.unit
      AND e.seq <= f.seq) AS followed,
    COALESCE((SELECT SUM(p.quantity) FROM postings AS p WHERE p.region_id = f.region_id
      AND p.journal_id = f.journal_id AND p.seq = f.original_seq AND p.quantity > 0 AND p.unit = f.unit), 0)
      AS moved
  FROM follow_ups AS f WHERE f.region_id = ? AND f.journal_id = ? AND f.seq BETWEEN ? AND ?
    AND NOT EXISTS (SELECT 1 FROM holds AS h WHERE h.region_id = f.region_id
      AND h.journal_id = f.journal_id AND h.seq = f.original_seq AND h.source_seq IS NOT NULL)
) AS both_sums WHERE followed > moved ORDER BY seq
"""
