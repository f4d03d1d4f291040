"""Time as an object: what the wall clock says, how far to trust it, and a clock that never jumps.

A Pi has no battery clock. After a power cut it wakes in 1970 or at the last saved minute, so each reading
says how good it is, and order never comes from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.ledger.records import ClockQuality, Moment

DEFAULT_TIME_ZONE = "Asia/Shanghai"  # until the catalogue has brought the site's own
SLEW_MS = 20  # smaller differences between the clocks are reading noise, not news
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def machine_boot_id() -> str:
    """The kernel's name for this boot; a constant word where there is none, as on a developer's Mac."""
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else "no-boot-id"


def boottime_ms() -> int:
    """Milliseconds since boot, counting sleep where the system can."""
    clock_id = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock_id) // 1_000_000


def unix_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class TimeSource:
    """Where the readings come from; tests and the simulator bring their own."""

    boot_id: str
    wall_ms: Callable[[], int]
    monotonic_ms: Callable[[], int]


def machine_time() -> TimeSource:
    """This machine's clocks."""
    return TimeSource(machine_boot_id(), unix_ms, boottime_ms)


class Clock:
    """Readings for one run of the kiosk.

    `boot` counts this machine's boots as the journal knows them; `floor_wall_ms` is the latest wall time
    already written: before it the clock is stale.
    """

    def __init__(self, boot: int, floor_wall_ms: int, source: TimeSource) -> None:
        self.boot = boot
        self._floor_wall_ms = floor_wall_ms
        self._source = source
        self._boot_wall_ms: int | None = None

    def now(self) -> Moment:
        monotonic_ms = self._source.monotonic_ms()
        boot_wall_ms = self._source.wall_ms() - monotonic_ms
        if self._boot_wall_ms is None or abs(boot_wall_ms - self._boot_wall_ms) > SLEW_MS:
            self._boot_wall_ms = boot_wall_ms
        behind = self._boot_wall_ms + monotonic_ms < self._floor_wall_ms
        quality = ClockQuality.STALE if behind else ClockQuality.KEPT
        return Moment(self.boot, monotonic_ms, self._boot_wall_ms, quality)


def local_time(wall_ms: int, time_zone: str = DEFAULT_TIME_ZONE) -> datetime:
    """A Unix time in ms as it stands on a wall in a time zone."""
    return datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(time_zone))
