"""Sheets that were sent in: encrypted until somebody decides; then only what came of them is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from sync.office.keys.identities import Identities
from sync.office.store import counting
from sync.office.store.database import lock
from sync.office.store.tables import sheets

COUNTED = "sheet"
MOST_SHOWN = 20


class SheetState(StrEnum):
    """What became of one."""

    WAITING = "waiting"
    IMPORTED = "imported"
    DROPPED = "dropped"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class SheetSent:
    """One of them. `content`: empty once it is decided."""

    number: int
    name: str
    who: str
    at_ms: int
    site: str
    state: SheetState
    content: bytes
    added: int
    changed: int


def send_in(
    connection: sa.Connection,
    region_id: int,
    identities: Identities,
    *,
    name: str,
    content: bytes,
    site: str,
    who: str,
    at_ms: int,
) -> int:
    """Let it wait; its number."""
    number = counting.take(connection, region_id, COUNTED)
    row = {
        "region_id": region_id,
        "sheet": number,
        "name": name,
        "who": who,
        "at_ms": at_ms,
        "site": site,
        "state": SheetState.WAITING,
        "sealed": identities.seal_sheet(content, str(number)),
        "added": 0,
        "changed": 0,
    }
    connection.execute(sheets.insert(), row)
    return number


def find(
    connection: sa.Connection, region_id: int, identities: Identities, number: int, who: str
) -> SheetSent | None:
    """Somebody's own; kept for this transaction, if it writes."""
    c = sheets.c
    query = sa.select(sheets).where(c.region_id == region_id, c.sheet == number, c.who == who)
    row = connection.execute(lock(query)).one_or_none()
    return _sheet(row, identities) if row is not None else None


def latest(connection: sa.Connection, region_id: int, who: str) -> list[SheetSent]:
    """Somebody's own, the latest first, without what stands in them."""
    c = sheets.c
    columns = [each for each in c if each is not c.sealed]
    query = sa.select(*columns, sa.null().label("sealed")).where(c.region_id == region_id, c.who == who)
    rows = connection.execute(query.order_by(c.sheet.desc()).limit(MOST_SHOWN))
    return [_sheet(row, None) for row in rows]


def decide(
    connection: sa.Connection,
    region_id: int,
    number: int,
    state: SheetState,
    added: int = 0,
    changed: int = 0,
) -> None:
    """It waits no longer, and what stood in it is gone."""
    c, values = sheets.c, dict[str, object](state=state, sealed=None)
    if state is SheetState.IMPORTED:
        values |= {"added": added, "changed": changed}
    connection.execute(sheets.update().where(c.region_id == region_id, c.sheet == number).values(**values))


def _sheet(row: Any, identities: Identities | None) -> SheetSent:
    sealed = bytes(row.sealed or b"")
    content = identities.open_sheet(sealed, str(row.sheet)) if identities and sealed else b""
    return SheetSent(
        row.sheet,
        row.name,
        row.who,
        row.at_ms,
        row.site,
        SheetState(row.state),
        content,
        row.added,
        row.changed,
    )
