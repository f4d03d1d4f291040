"""How many cups each site sold, and for how much."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.sql import run


def cups(connection: sa.Connection, region_id: int) -> list[tuple[str, int, int]]:
    """Site, cups and fen."""
    return [(str(site), int(count), int(fen)) for site, count, fen in run(connection, _CUPS, (region_id,))]


_CUPS = "SELECT site, count(*), sum(fen) FROM cups_paid WHERE region_id = ? GROUP BY site ORDER BY site"
