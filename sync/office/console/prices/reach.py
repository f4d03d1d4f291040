"""Which kiosks have what was published last of some kinds, and which have not."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sync.office.store.tables import catalogue_items, devices


@dataclass(frozen=True, slots=True)
class Lacking:
    """A kiosk that has not said that it has the newest; Unix time."""

    device: str
    name: str
    site: str
    last_seen_ms: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Of the revision of the last change: how many kiosks have read it, and which have not."""

    revision: int
    have: int
    lacking: tuple[Lacking, ...]


def reach(connection: sa.Connection, region_id: int, kind: str) -> Reach:
    """A kiosk confirms by asking for what comes after it."""
    c, d = catalogue_items.c, devices.c
    newest = sa.select(sa.func.max(c.revision)).where(c.region_id == region_id, c.kind == kind)
    revision = int(connection.execute(newest).scalar() or 0)
    query = sa.select(d.device_id, d.name, d.site, d.last_seen_ms, d.main_cursor).where(
        d.region_id == region_id, d.revoked_at_ms.is_(None)
    )
    rows = connection.execute(query.order_by(d.site, d.name)).all()
    lacking = tuple(
        Lacking(row.device_id.hex(), row.name, row.site, row.last_seen_ms)
        for row in rows
        if row.main_cursor < revision
    )
    return Reach(revision, len(rows) - len(lacking), lacking)
