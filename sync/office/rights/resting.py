"""Whether the office grants anything for now; see `restoring`."""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.store.tables import regions


def is_resting(connection: sa.Connection, region_id: int) -> bool:
    """Restored from a backup, it does not know yet what it had granted, and grants nothing more."""
    query = sa.select(regions.c.restored_at_ms).where(regions.c.region_id == region_id)
    return connection.execute(query).scalar() is not None
