"""The journal as JSON lines, for auditors and their tools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import decode


def export_lines(connection: sa.Connection, key: JournalKey, after_seq: int = 0) -> Iterator[str]:
    """One line per record, in order. A record that cannot be read is given as its bytes."""
    r = tables.records.c
    query = (
        sa.select(r.seq, r.raw, r.hash)
        .where(r.region_id == key.region_id, r.journal_id == key.journal_id, r.seq > after_seq)
        .order_by(r.seq)
        .execution_options(yield_per=2000)
    )
    for row in connection.execute(query):
        yield export_line(key.journal_id, *row)


def export_line(journal_id: bytes, seq: int, raw: bytes, record_hash: bytes) -> str:
    """One record as JSON."""
    line = {"journal": journal_id.hex(), "seq": seq, "hash": record_hash.hex(), **_read(raw)}
    return msgspec.json.encode(line).decode()


def _read(raw: bytes) -> dict[str, Any]:
    try:
        record = decode(raw)
        body = msgspec.msgpack.decode(record.body)
    except (msgspec.MsgspecError, ValueError) as error:
        return {"unreadable": str(error), "raw": raw.hex()}
    return {
        "kind": record.kind,
        "version": record.version,
        "at": datetime.fromtimestamp(record.wall_ms / 1000, UTC).isoformat(),
        "boot": record.boot,
        "monotonic_ms": record.monotonic_ms,
        "clock_quality": record.quality,
        "operator": record.operator,
        "tariff_revision": record.tariff_revision,
        "postings": [
            {"account": each.account, "quantity": each.quantity, "unit": each.unit}
            for each in record.postings
        ],
        "body": body,
        "count": record.count,
        "turnover_fen": record.turnover_fen,
        "request": record.request_id,
    }
