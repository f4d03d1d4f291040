"""Troubles that somebody outside is told of: once each, however long they last, and once more at their end.

A row stands for a trouble from when it is first seen until it was told that it is over. What goes before it
was told was nothing to tell. Each way of telling is noted by itself: one that is broken repeats no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync.office.store.tables import alerts

OVER_AFTER_MS = 5 * 60 * 1000  # what comes back within that was not over
RETRY_MS = 30_000  # after a way failed; and how long one process has for telling before another one tries


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One trouble. `key` tells it from all others for as long as it lasts.

    `says`: Chinese and English, a sentence each. `about`: what programs read of it. `patience_ms`: how long
    it must last before anybody is told. `mail_to`: who gets the mail in place of those in the settings.
    """

    key: str
    site: str
    since_ms: int
    says: tuple[str, str]
    about: Mapping[str, str] = {}
    patience_ms: int = 0
    mail_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be told now, by the ways that have not told it yet."""

    alert: Alert
    is_over: bool
    ways: tuple[str, ...]


def is_quiet(
    connection: sa.Connection, region_id: int, found: Iterable[Alert], ways: Iterable[str], now_ms: int
) -> bool:
    """Whether all is as it was and nobody has to be told anything: most of the time."""
    there, ways, rows = {each.key for each in found}, tuple(ways), _rows(connection, region_id)
    known = {row.key for row in rows if row.gone_at_ms is None}
    return there == known and not any(row.next_try_ms <= now_ms and _due(row, ways, now_ms) for row in rows)


def look(connection: sa.Connection, region_id: int, found: Iterable[Alert], now_ms: int) -> None:
    """Note what is new, what is gone and what is back; nothing is written where all is as it was."""
    there = {each.key: each for each in found}
    rows = {row.key: row for row in _rows(connection, region_id)}
    for key in there.keys() - rows.keys():
        said = msgspec.json.encode(there[key])
        run(connection, _RAISE, (region_id, key, said, now_ms))
    for key, row in rows.items():
        if (row.gone_at_ms is None) != (key in there):
            gone_at_ms = None if key in there else now_ms
            run(connection, _GONE, (gone_at_ms, region_id, key))
    # It went before anybody was told.
    run(connection, _UNTOLD, (region_id,))


def due(connection: sa.Connection, region_id: int, ways: Iterable[str], now_ms: int) -> list[Due]:
    """What somebody has to be told now; each is this process's for `RETRY_MS`."""
    ways = tuple(ways)
    return [
        each
        for row in _rows(connection, region_id)
        if row.next_try_ms <= now_ms and (each := _due(row, ways, now_ms)) is not None
        if run(connection, _CLAIM, (now_ms + RETRY_MS, region_id, row.key, row.next_try_ms))
    ]


def _due(row: Any, ways: tuple[str, ...], now_ms: int) -> Due | None:
    alert = msgspec.json.decode(bytes(row.said), type=Alert)
    told, over = row.told.split(), row.over_told.split()
    if row.gone_at_ms is None and row.raised_at_ms + alert.patience_ms <= now_ms:
        left = tuple(each for each in ways if each not in told)
        return Due(alert, False, left) if left else None
    if row.gone_at_ms is not None and row.gone_at_ms + OVER_AFTER_MS <= now_ms:
        return Due(alert, True, tuple(each for each in told if each in ways and each not in over))
    return None


def note(connection: sa.Connection, region_id: int, told: Due, ways: Iterable[str]) -> None:
    """These ways have told it. What was told to be over by all of them is forgotten."""
    mine = (region_id, told.alert.key)
    done = tuple(ways)
    for way in done:
        run(connection, _OVER if told.is_over else _TOLD, (f"{way} ", *mine))
    if told.is_over and set(told.ways) <= set(done):
        run(connection, "DELETE FROM alerts WHERE region_id = ? AND key = ?", mine)


def _rows(connection: sa.Connection, region_id: int) -> list[Any]:
    c = alerts.c
    query = sa.select(alerts).where(c.region_id == region_id).order_by(c.raised_at_ms, c.key)
    return list(connection.execute(query))


_RAISE = (
    "INSERT INTO alerts (region_id, key, said, raised_at_ms, told, over_told, next_try_ms)"
    " VALUES (?, ?, ?, ?, '', '', 0) ON CONFLICT (region_id, key) DO NOTHING"
)
_GONE = "UPDATE alerts SET gone_at_ms = ? WHERE region_id = ? AND key = ?"
_UNTOLD = "DELETE FROM alerts WHERE region_id = ? AND told = '' AND gone_at_ms IS NOT NULL"
_CLAIM = "UPDATE alerts SET next_try_ms = ? WHERE region_id = ? AND key = ? AND next_try_ms = ? RETURNING 1"
_TOLD = "UPDATE alerts SET told = told || ? WHERE region_id = ? AND key = ?"
_OVER = "UPDATE alerts SET over_told = over_told || ? WHERE region_id = ? AND key = ?"
