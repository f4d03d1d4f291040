"""A record that was recovered, and is in the books already: what it moved is taken back once.

It happens when a kiosk's image is put back twice, or when a journal that was given up turns up after all. The
kiosk cannot know; the office sees the same bytes under the same old number in two places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.ledger.audit.recovery import RECOVERED
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import decode
from kiosk.ledger.sql import Row, run
from sync.office.books import own_journal, reviews
from sync.office.books.own_journal import Entry
from sync.office.books.verdicts import suspended
from sync.office.intake.batch import Batch

REASON = "recovered_twice"


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """Look whether what these new records of a journal moved was booked before."""
    key, at_ms = batch.key, batch.at_ms
    brought = run(connection, _BROUGHT, batch.place) if RECOVERED in batch.kinds else ()
    for seq, journal_id, origin_seq, digest in brought:
        if _is_booked(connection, key, seq, journal_id, origin_seq, digest):
            _take_back(connection, key, seq, f"record {origin_seq} of {journal_id.hex()}", at_ms)
    for journal_id, seq, origin_seq, digest in run(connection, _BROUGHT_BEFORE, batch.place):
        if _stands(connection, key, origin_seq, digest):
            other = JournalKey(key.region_id, journal_id)
            _take_back(connection, other, seq, f"record {origin_seq} of {key.journal_id.hex()}", at_ms)
    return ()


_BROUGHT = (
    "SELECT seq, origin_journal_id, origin_seq, origin_digest FROM recovered_records"
    " WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? ORDER BY seq"
)
_BROUGHT_BEFORE = (
    "SELECT journal_id, seq, origin_seq, origin_digest FROM recovered_records"
    " WHERE region_id = ? AND origin_journal_id = ? AND origin_seq BETWEEN ? AND ? ORDER BY origin_seq"
)
_TWIN = (
    "SELECT 1 FROM recovered_records WHERE region_id = ? AND origin_journal_id = ? AND origin_seq = ?"
    " AND origin_digest = ? AND NOT (journal_id = ? AND seq >= ?)"
)


def _is_booked(
    connection: sa.Connection, key: JournalKey, seq: int, journal_id: bytes, origin_seq: int, digest: bytes
) -> bool:
    """Whether the same record stands in its old place, or was recovered by another journal or earlier."""
    if _stands(connection, JournalKey(key.region_id, journal_id), origin_seq, digest):
        return True
    twin = (key.region_id, journal_id, origin_seq, digest, key.journal_id, seq)
    return bool(run(connection, _TWIN, twin))


def _stands(connection: sa.Connection, key: JournalKey, seq: int, digest: bytes) -> bool:
    """Whether a journal has these bytes in that place, and moved money by them: in suspense it did not."""
    raw = _raw(connection, key, seq)
    if raw is None or hashlib.sha256(raw).digest() != digest:
        return False
    return not suspended(connection, key, seq, seq)


def _raw(connection: sa.Connection, key: JournalKey, seq: int) -> bytes | None:
    rows: list[Row] = run(connection, _RAW, (key.region_id, key.journal_id, seq))
    return bytes(rows[0][0]) if rows else None


_RAW = "SELECT raw FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"


def _take_back(connection: sa.Connection, key: JournalKey, seq: int, where: str, at_ms: int) -> None:
    raw = _raw(connection, key, seq)
    assert raw is not None, "it was looked up"
    moved = decode(raw).postings
    if moved:
        back = tuple(Posting(each.account, -each.quantity, each.unit) for each in moved)
        entry = Entry(f"{REASON} {key.journal_id.hex()} {seq}", REASON, back, where)
        # What a kiosk may be spending at this moment does not keep the books from being put right.
        own_journal.enter(connection, key.region_id, [entry], operator="", at_ms=at_ms, accept_exposure=True)
    reviews.put_up(connection, key, [Finding(seq, REASON, where)])
