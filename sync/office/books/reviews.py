"""The queue of things a person should look at. The same thing is queued once."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import run, run_many

MAX_DETAIL = 500  # characters; the record itself is kept whole

_INSERT = (
    "INSERT INTO reviews (region_id, journal_id, seq, code, detail) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (region_id, journal_id, seq, code) DO NOTHING"
)

_CLOSE = (
    "UPDATE reviews SET closed_at_ms = ? WHERE region_id = ? AND journal_id = ? AND seq = ? AND code = ?"
    " AND closed_at_ms IS NULL"
)


def put_up(connection: sa.Connection, journal: JournalKey, findings: Iterable[Finding]) -> None:
    rows = [
        (
            journal.region_id,
            journal.journal_id,
            each.seq,
            each.code,
            each.detail.replace("\0", " ")[:MAX_DETAIL],
        )
        for each in findings
    ]
    if rows:
        run_many(connection, _INSERT, rows)


def close(connection: sa.Connection, journal: JournalKey, seq: int, code: str, at_ms: int) -> None:
    """Somebody has looked at it. Closed again, or never there: nothing happens."""
    run(connection, _CLOSE, (at_ms, journal.region_id, journal.journal_id, seq, code))


def close_of_kiosk(
    connection: sa.Connection, region_id: int, device_id: bytes, code: str, at_ms: int
) -> None:
    """Those of one code in all journals of a kiosk: what they were about is over."""
    run(connection, _CLOSE_OF_KIOSK, (at_ms, region_id, code, region_id, device_id))


_CLOSE_OF_KIOSK = (
    "UPDATE reviews SET closed_at_ms = ? WHERE region_id = ? AND code = ? AND closed_at_ms IS NULL"
    " AND journal_id IN (SELECT j.journal_id FROM journals AS j"
    " WHERE j.region_id = ? AND j.device_id = ?)"
)
