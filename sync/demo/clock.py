"""The demo's time: it begins at 11:20, whatever the hour, so that lunch is what is served."""

from __future__ import annotations

import os
from datetime import datetime, time, timedelta
from pathlib import Path

from kiosk.common.clock import DEMO_AHEAD, local_time, unix_ms

BEGINS = time(11, 20)
ENDS = time(18, 30)  # who starts the demo again after that, in its time, begins the next day

_AHEAD = "ahead_ms"
_RECORDED = (
    *(f"{kiosk}/{file}.db*" for kiosk in ("kiosk", "shelter") for file in ("journal", "catalogue")),
    "office/office.db*",
)


def set_clock(folder: Path) -> datetime:
    """Set the clock of this process and of all that it starts, and return what it shows.

    Never back behind anything that was recorded in `folder`: the demo goes on where it was left.
    """
    os.environ.pop(DEMO_AHEAD, None)
    now_ms = unix_ms()
    begins = beginning(local_time(now_ms), _last_recorded(folder))
    ahead_ms = int(begins.timestamp() * 1000) - now_ms
    os.environ[DEMO_AHEAD] = str(ahead_ms)
    (folder / _AHEAD).write_text(str(ahead_ms))
    return begins


def beginning(now: datetime, recorded: datetime | None) -> datetime:
    """The demo's first moment, when it is started at `now` and had `recorded` something last."""
    begins = _opening(now)
    if recorded is None or recorded < begins:
        return begins
    if BEGINS <= recorded.time() < ENDS:
        return recorded
    todays = _opening(recorded)
    return todays if recorded < todays else todays + timedelta(days=1)


def _opening(day: datetime) -> datetime:
    return datetime.combine(day, BEGINS, day.tzinfo)


def _last_recorded(folder: Path) -> datetime | None:
    """When a database here was last written to, in the demo's time."""
    written = [path.stat().st_mtime_ns // 1_000_000 for each in _RECORDED for path in folder.glob(each)]
    kept = folder / _AHEAD
    ahead_ms = int(kept.read_text()) if kept.exists() else 0
    return local_time(max(written) + ahead_ms) if written else None
