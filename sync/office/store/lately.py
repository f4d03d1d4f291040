"""Records of the last days, for whoever reckons with what they say."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import run


def records_since(
    connection: sa.Connection, table: sa.Table, region_id: int, since_ms: int, most: int
) -> list[Record]:
    """Those that a table of lookups has a row of, the latest first; `wall_ms` in it is when."""
    query = (
        f"SELECT r.raw FROM {table.name} AS t JOIN records AS r ON r.region_id = t.region_id"  # noqa: S608
        " AND r.journal_id = t.journal_id AND r.seq = t.seq WHERE t.region_id = ? AND t.wall_ms >= ?"
        " ORDER BY t.wall_ms DESC LIMIT ?"
    )
    return [as_first_written(decode(raw)) for (raw,) in run(connection, query, (region_id, since_ms, most))]
