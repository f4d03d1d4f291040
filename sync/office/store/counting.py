"""Numbers that are given out once and never again, whatever becomes of what they numbered."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync.office.store.database import for_update


def take(connection: sa.Connection, region_id: int, name: str, count: int = 1, *, beyond: int = 0) -> int:
    """The first of `count` new numbers, each above `beyond`. Until it ends nobody else gets any."""
    begin(connection, region_id, name)
    first = max(last(connection, region_id, name), beyond) + 1
    run(connection, _GO_ON, (first + count - 1, region_id, name))
    return first


def pass_by(connection: sa.Connection, region_id: int, name: str, number: int) -> None:
    """Give out none up to this one: somebody had it."""
    begin(connection, region_id, name)
    run(connection, f"{_GO_ON} AND last < ?", (number, region_id, name, number))


def begin(connection: sa.Connection, region_id: int, name: str) -> None:
    """At nothing, unless it has begun already."""
    run(connection, _BEGIN, (region_id, name))


def last(connection: sa.Connection, region_id: int, name: str) -> int:
    """The last number that was given out. Until this transaction ends nobody else gets to know it."""
    ((number,),) = run(connection, _LAST + for_update(connection), (region_id, name))
    return int(number)


_BEGIN = (
    "INSERT INTO counters (region_id, name, last) VALUES (?, ?, 0) ON CONFLICT (region_id, name) DO NOTHING"
)
_LAST = "SELECT last FROM counters WHERE region_id = ? AND name = ?"
_GO_ON = "UPDATE counters SET last = ? WHERE region_id = ? AND name = ?"
