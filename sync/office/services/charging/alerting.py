"""Somebody outside is told of a grave alarm: a command that is run, or an address where it is posted.

What is told is JSON: site, socket, alarm, when. It is tried again until it succeeds or a clerk has seen the
alarm; and told once by each process of the office at most twice, should one end between telling and noting.
"""

from __future__ import annotations

import subprocess

import msgspec
import requests
import sqlalchemy as sa
import structlog

from kiosk.ledger.sql import run
from sync.office.office import Office
from sync.office.services.charging.alarms import OpenAlarm, open_alarms
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, writing

WITHIN_S = 10.0
_log = structlog.get_logger()


def alert(office: Office) -> None:
    """Tell of what was not told yet."""
    settings = office.settings
    if not settings.alert_command and not settings.alert_url:
        return
    with reading(office.engine) as connection:
        untold = [
            each
            for each in open_alarms(connection, office.region_id)
            if not _is_told(connection, office, each)
        ]
    for each in untold:
        if _told(settings, each):
            with writing(office.engine) as connection:
                values = (office.region_id, bytes.fromhex(each.journal), each.seq, office.now_ms())
                run(connection, _NOTE, values)


def _told(settings: OfficeSettings, alarm: OpenAlarm) -> bool:
    """By every way that is set; a way that fails fails all, and all are tried again."""
    said = msgspec.json.encode(
        {"site": alarm.site, "socket": alarm.socket, "alarm": alarm.kind, "since_ms": alarm.wall_ms}
    )
    try:
        if settings.alert_command:
            subprocess.run(
                settings.alert_command, input=said, timeout=WITHIN_S, check=True, capture_output=True
            )
        if settings.alert_url:
            kind = {"Content-Type": "application/json"}
            requests.post(settings.alert_url, data=said, headers=kind, timeout=WITHIN_S).raise_for_status()
    except (OSError, subprocess.SubprocessError, requests.RequestException) as error:
        _log.error("alert_failed", reason=type(error).__name__, site=alarm.site, alarm=alarm.kind)
        return False
    _log.warning("alert_told", site=alarm.site, alarm=alarm.kind)
    return True


def _is_told(connection: sa.Connection, office: Office, alarm: OpenAlarm) -> bool:
    place = (office.region_id, bytes.fromhex(alarm.journal), alarm.seq)
    return bool(run(connection, _TOLD, place))


_TOLD = "SELECT 1 FROM charging_alerted WHERE region_id = ? AND journal_id = ? AND seq = ?"
_NOTE = (
    "INSERT INTO charging_alerted (region_id, journal_id, seq, alerted_ms) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (region_id, journal_id, seq) DO NOTHING"
)
