"""Records given back: to the kiosk that wrote them, or to the one that took its place."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import genesis_hash
from kiosk.ledger.sql import run
from kiosk.ledger.tables import records
from sync.errors import Refused
from sync.office.keys.devices import Device, lineage
from sync.office.store.tables import batches, journals
from sync.wire import columns, compression
from sync.wire.messages import MAX_BATCH_RECORDS, History, Records, fitting

HORIZON_MS = 92 * 24 * 3600 * 1000  # a kiosk gets back what the office received within this time


def build_records(
    connection: sa.Connection, region_id: int, device: Device, request: History, at_ms: int
) -> Records:
    """What follows a record, as much as fits. Raises `Refused` for a journal that is none of this kiosk's."""
    key = JournalKey(region_id, request.journal_id)
    head = _head(connection, key, lineage(connection, region_id, device.id))
    after_seq = max(request.after_seq, _horizon(connection, key, at_ms - HORIZON_MS, head.head_seq) - 1)
    rows = run(connection, _AFTER, (region_id, key.journal_id, after_seq, MAX_BATCH_RECORDS))
    taken = rows[: fitting([len(raw) for raw, _ in rows])]
    previous_hash = _hash(connection, key, after_seq)
    raws = [bytes(raw) for raw, _ in taken]
    return Records(
        first_seq=after_seq + 1,
        previous_hash=previous_hash,
        head_hash=bytes(taken[-1][1]) if taken else previous_hash,
        head_seq=head.head_seq,
        dictionary=compression.SALES,
        records=compression.compress(columns.pack(raws), compression.SALES),
    )


def _head(connection: sa.Connection, key: JournalKey, writers: list[bytes]) -> sa.Row[tuple[int]]:
    query = sa.select(journals.c.head_seq).where(
        journals.c.region_id == key.region_id,
        journals.c.journal_id == key.journal_id,
        journals.c.device_id.in_(writers),
    )
    head = connection.execute(query).one_or_none()
    if head is None:
        raise Refused("not_your_history", key.journal_id.hex())
    return head


def _horizon(connection: sa.Connection, key: JournalKey, since_ms: int, head_seq: int) -> int:
    """The first record that was received since then; if none was, the one that is still to come."""
    query = sa.select(sa.func.min(batches.c.first_seq)).where(
        batches.c.region_id == key.region_id,
        batches.c.journal_id == key.journal_id,
        batches.c.received_at_ms >= since_ms,
    )
    found = connection.execute(query).scalar()
    return int(found) if found is not None else head_seq + 1


def _hash(connection: sa.Connection, key: JournalKey, seq: int) -> bytes:
    if seq == 0:
        return genesis_hash(key.journal_id)
    query = sa.select(records.c.hash).where(
        records.c.region_id == key.region_id, records.c.journal_id == key.journal_id, records.c.seq == seq
    )
    found = connection.execute(query).scalar()
    if found is None:
        raise Refused("unknown_record", str(seq))
    return bytes(found)


_AFTER = (
    "SELECT raw, hash FROM records WHERE region_id = ? AND journal_id = ? AND seq > ? ORDER BY seq LIMIT ?"
)
