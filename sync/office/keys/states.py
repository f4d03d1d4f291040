"""How kiosks say that they are. They may say what they like: it is shown to people, and moves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync.errors import Garbled
from sync.office.store.tables import device_states
from sync.wire import messages
from sync.wire.messages import KioskState


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What a kiosk said, and when by the office's clock (Unix time)."""

    told_at_ms: int
    version: str
    disk_free_mb: int
    clock_ahead_ms: int  # of the office's; negative: behind
    troubles: tuple[str, ...]  # codes, the worst first


def note(connection: sa.Connection, region_id: int, device_id: bytes, said: bytes, at_ms: int) -> None:
    """What a fresh request brought; nothing, and what cannot be read, leaves what was said before."""
    try:
        state = messages.decode_request(said, KioskState) if said else None
    except Garbled:
        return
    if state is not None:
        ahead_ms = state.wall_ms - at_ms
        told = (at_ms, state.version, state.disk_free_mb, ahead_ms, " ".join(state.troubles))
        run(connection, _NOTE, (region_id, device_id, *told))


_NOTE = (
    "INSERT INTO device_states"
    " (region_id, device_id, told_at_ms, version, disk_free_mb, clock_ahead_ms, troubles)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region_id, device_id) DO UPDATE SET"
    " told_at_ms = excluded.told_at_ms, version = excluded.version, disk_free_mb = excluded.disk_free_mb,"
    " clock_ahead_ms = excluded.clock_ahead_ms, troubles = excluded.troubles"
)


def of_row(row: Any) -> DeviceState | None:
    """Of a row of that table, or of a left join that found none."""
    if row.told_at_ms is None:
        return None
    said = (row.told_at_ms, row.version, row.disk_free_mb, row.clock_ahead_ms)
    return DeviceState(*said, tuple(row.troubles.split()))


COLUMNS = tuple(column for column in device_states.c if column.name not in ("region_id", "device_id"))
