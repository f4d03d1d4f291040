"""The queue of things a person should look at. The same thing is queued once.

What people decide is kept for ever, one decision after the other: what was settled can be opened again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import insert_rows, run, run_many
from sync.office.store.tables import review_decisions

MAX_DETAIL = 500  # characters; the record itself is kept whole

_INSERT = (
    "INSERT INTO reviews (region_id, journal_id, seq, code, detail) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (region_id, journal_id, seq, code) DO NOTHING"
)

_CLOSE = (
    "UPDATE reviews SET closed_at_ms = ? WHERE region_id = ? AND journal_id = ? AND seq = ? AND code = ?"
    " AND closed_at_ms IS NULL RETURNING seq"
)
_REOPEN = (
    "UPDATE reviews SET closed_at_ms = NULL WHERE region_id = ? AND journal_id = ? AND seq = ? AND code = ?"
    " AND closed_at_ms IS NOT NULL RETURNING seq"
)
SETTLED, REOPENED = "settled", "reopened"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a review. `outcome`: `SETTLED`, `REOPENED` or what it came to."""

    outcome: str
    who: str
    because: str = ""
    request_id: str = ""  # of the office's own entry; empty: it moved nothing
    proposed_by: str = ""  # empty: nobody else


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


def close(
    connection: sa.Connection,
    journal: JournalKey,
    seq: int,
    code: str,
    at_ms: int,
    decision: Decision | None = None,
) -> bool:
    """Somebody has looked at it; without a `decision`: it is over by itself.

    False: it was closed before, or never there, and nothing happens.
    """
    closed = bool(run(connection, _CLOSE, (at_ms, journal.region_id, journal.journal_id, seq, code)))
    if closed and decision is not None:
        _note(connection, journal, seq, code, at_ms, decision)
    return closed


def reopen(
    connection: sa.Connection, journal: JournalKey, seq: int, code: str, at_ms: int, decision: Decision
) -> bool:
    """A decision is taken back. False: it is open, or never was there, and nothing happens."""
    opened = bool(run(connection, _REOPEN, (journal.region_id, journal.journal_id, seq, code)))
    if opened:
        _note(connection, journal, seq, code, at_ms, decision)
    return opened


def decided_times(connection: sa.Connection, journal: JournalKey, seq: int, code: str) -> int:
    """How many decisions there are about it, those that took one back among them."""
    return int(run(connection, _TIMES, (journal.region_id, journal.journal_id, seq, code))[0][0])


def last_decision(connection: sa.Connection, journal: JournalKey, seq: int, code: str) -> Decision | None:
    """None: nobody decided yet, or it was over by itself."""
    rows = run(connection, _LAST, (journal.region_id, journal.journal_id, seq, code))
    return Decision(*rows[0]) if rows else None


def _note(
    connection: sa.Connection, journal: JournalKey, seq: int, code: str, at_ms: int, decision: Decision
) -> None:
    place = (journal.region_id, journal.journal_id, seq, code)
    said = (decision.outcome, decision.who, decision.proposed_by, decision.because, decision.request_id)
    n = decided_times(connection, journal, seq, code) + 1
    insert_rows(connection, review_decisions, [(*place, n, at_ms, *said)])


_MINE = "FROM review_decisions WHERE region_id = ? AND journal_id = ? AND seq = ? AND code = ?"
_TIMES = f"SELECT count(*) {_MINE}"
_LAST = f"SELECT outcome, who, because, request_id, proposed_by {_MINE} ORDER BY n DESC LIMIT 1"


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
