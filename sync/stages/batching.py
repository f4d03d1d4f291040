"""Batches and greetings, made from what the journal file says and proved before they are sent."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kiosk.ledger.records import chain_hash
from sync.errors import JournalDamaged
from sync.local.reading import JournalFile
from sync.wire import columns, compression, messages
from sync.wire.messages import HASH_PREFIX_BYTES, MAX_BATCH_RECORDS, Notice, Push, fitting


def batch(file: JournalFile, journal_id: bytes, acked_seq: int) -> tuple[Push, int]:
    """What comes after a record, as much as fits and holds; and the last record in it.

    Raises `JournalDamaged` if not even the next one holds.
    """
    before = file.hash(journal_id, acked_seq)
    if before is None:
        raise JournalDamaged(acked_seq)
    rows = file.after(journal_id, acked_seq, MAX_BATCH_RECORDS)
    held = rows[: _holding(before, acked_seq, rows)]
    taken = held[: fitting([len(raw) for _, raw, _ in held])]
    if not taken:
        raise JournalDamaged(acked_seq + 1)
    push = _message(file, journal_id, acked_seq, before, taken[-1][2], [raw for _, raw, _ in taken])
    return push, acked_seq + len(taken)


def greeting(file: JournalFile, journal_id: bytes, seq: int) -> Push:
    """No records: has the office the same up to this one? Raises `JournalDamaged`."""
    here = file.hash(journal_id, seq)
    if here is None:
        raise JournalDamaged(seq)
    return _message(file, journal_id, seq, here, here, [])


def with_notices(push: Push, said: Sequence[Notice]) -> Push:
    """The same, and what is told before its turn."""
    return msgspec.structs.replace(push, notices=messages.encode(said) if said else b"")


def alone(greeting: Push, said: Sequence[Notice]) -> Push:
    """What cannot wait for a batch, by itself."""
    return msgspec.structs.replace(with_notices(greeting, said), records=b"")


def _message(
    file: JournalFile, journal_id: bytes, seq: int, before: bytes, head_hash: bytes, raws: list[bytes]
) -> Push:
    return Push(
        first_seq=seq + 1,
        previous_hash=before[:HASH_PREFIX_BYTES],
        head_hash=head_hash,
        claimed_seq=file.head_seq(journal_id),
        dictionary=compression.SALES,
        records=compression.compress(columns.pack(raws), compression.SALES),
    )


def _holding(before: bytes, seq: int, rows: Sequence[tuple[int, bytes, bytes]]) -> int:
    """How many of the rows follow, one after the other and without a fault, from the hash before them."""
    last = before
    for n, (stored_seq, raw, stored_hash) in enumerate(rows):
        if not isinstance(raw, bytes) or (stored_seq, stored_hash) != (seq + 1 + n, chain_hash(last, raw)):
            return n
        last = stored_hash
    return len(rows)
