"""Who had a meal already, by what all kiosks have sent so far."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from kiosk.services.canteen.tables import servings
from sync.wire.messages import Ask


def elsewhere(connection: sa.Connection, key: JournalKey, ask: Ask) -> str:
    """The site where another journal handed out the subsidised portion of the meal asked for, or nothing."""
    if not (ask.day and ask.meal):
        return ""
    wanted = (key.region_id, ask.resident_id, ask.day, ask.meal, key.journal_id)
    found = run(connection, _EATEN, wanted)
    return str(found[0][0]) if found else ""


_EATEN = (
    "SELECT min(site) FROM servings WHERE region_id = ? AND resident_id = ? AND day = ? AND meal = ?"
    " AND portion = 1 AND journal_id <> ? GROUP BY journal_id HAVING sum(served) > 0 ORDER BY 1"
)


def had_ms(
    connection: sa.Connection, region_id: int, day: date, meal: str, resident_ids: Collection[int]
) -> dict[int, int]:
    """When each had the first portion, at whatever site; who had none is left out."""
    c = servings.c
    query = (
        sa.select(c.resident_id, sa.func.max(c.wall_ms).filter(c.served == 1).label("wall_ms"))
        .where(
            c.region_id == region_id,
            c.resident_id.in_(resident_ids),
            c.day == day.isoformat(),
            c.meal == meal,
            c.portion == 1,
        )
        .group_by(c.resident_id)
        .having(sa.func.sum(c.served) > 0)
    )
    return {row.resident_id: row.wall_ms for row in connection.execute(query)}
