"""Alarms that a kiosk told before their turn, as rows like those of its journal; see `intake.notices`."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from kiosk.services.charging.items import SocketPlace
from kiosk.services.charging.records import CHARGING_ALARM, CHARGING_CLEARED, GRAVE
from sync.office.intake import notices
from sync.office.services.charging.recorded import alarm_row, cleared_row

_ROWS = {CHARGING_ALARM: alarm_row, CHARGING_CLEARED: cleared_row}


class AlarmRow(NamedTuple):
    """As in `tables.charging_alarms`."""

    journal_id: bytes
    seq: int
    wall_ms: int
    site: str
    box: str
    socket: int
    alarm: str
    what: str
    operator: str
    note: str


def alarms_ahead(connection: sa.Connection, region_id: int) -> list[AlarmRow]:
    """Those whose records have not come yet, in the order in which they were heard."""
    return [
        AlarmRow(journal_id, record.seq, record.wall_ms, *_ROWS[record.kind, record.version](record))
        for journal_id, record in notices.ahead(connection, region_id, _ROWS)
    ]


def shuts(rows: list[AlarmRow], site: str, place: SocketPlace) -> bool:
    """Whether one of these keeps a socket shut: a grave one that none of them clears."""
    here = [each for each in rows if (each.site, each.box) == (site, place.box)]
    here = [each for each in here if each.socket in (0, place.number)]
    return any(
        each.what == "on" and each.alarm in GRAVE and not any(_clears(other, each) for other in here)
        for each in here
    )


def _clears(row: AlarmRow, alarm: AlarmRow) -> bool:
    is_there = row.socket in (0, alarm.socket) and row.alarm in ("", alarm.alarm)
    return row.what == "cleared" and is_there and row.wall_ms >= alarm.wall_ms
