"""Time as an object: what the wall clock says, how far to trust it, and a clock that never jumps.

A Pi has no battery clock. After a power cut it wakes in 1970 or at the last saved minute, so each reading
says how good it is, and order never comes from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from kiosk.ledger.records import ClockQuality, Moment

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


class Clock:
    """Readings for one run of the kiosk.

    `boot` counts this machine's boots as the journal knows them; `floor_wall_ms` is the latest wall time
    already seen: before it the clock is stale. The simulator passes its own two sources.
    """

    def __init__(
        self,
        boot: int = 1,
        floor_wall_ms: int = 0,
        wall_ms: Callable[[], int] = unix_ms,
        monotonic_ms: Callable[[], int] = boottime_ms,
    ) -> None:
        self.boot = boot
        self.monotonic_ms = monotonic_ms
        self._floor_wall_ms = floor_wall_ms
        self._wall_ms = wall_ms
        self._boot_wall_ms: int | None = None

    def now(self) -> Moment:
        monotonic_ms = self.monotonic_ms()
        boot_wall_ms = self._wall_ms() - monotonic_ms
        if self._boot_wall_ms is None or abs(boot_wall_ms - self._boot_wall_ms) > SLEW_MS:
            self._boot_wall_ms = boot_wall_ms
        return Moment(self.boot, monotonic_ms, self._boot_wall_ms, self._quality(monotonic_ms))

    def _quality(self, monotonic_ms: int) -> ClockQuality:
        assert self._boot_wall_ms is not None
        behind = self._boot_wall_ms + monotonic_ms < self._floor_wall_ms
        return ClockQuality.STALE if behind else ClockQuality.KEPT
