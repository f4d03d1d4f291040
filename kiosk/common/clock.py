"""Time as an object: what time it is, how far to trust it, and a clock that never jumps.

A Pi has no battery clock. After a power cut it wakes in 1970 or at the last saved minute, so each reading
says how good it is, and order never comes from it. Within a boot the monotonic clock keeps the time: when
somebody sets the machine's clock at noon, noon it stays. `docs/clock.md` has the rules and their limits.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from kiosk.catalogue.contact import Heard, silent_since_ms
from kiosk.ledger.machine.clock_records import Memory, OfficeHeard
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.plain.refusals import Refusal

DEFAULT_TIME_ZONE = "Asia/Shanghai"  # until the catalogue has brought the site's own
SLEW_MS = 20  # smaller differences between the clocks are reading noise, not news
NEWS_MS = 2000  # the office's time moved by more: that is written down
SMALL_STEP_MS = 2 * 60_000  # by so much in all a clock may be set within a boot without being asked about
FLOOR_SLACK_MS = 60_000  # a battery clock is saved by the second, and not at every one
DRIFT_PPM = 100  # of a monotonic clock, at most

DAY_MS = 24 * 3600 * 1000
EARLIEST_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)  # the program is no older
MAX_AHEAD_MS = 30 * DAY_MS  # a kiosk that has been off for longer asks
LATEST_MS = EARLIEST_MS + 20 * 365 * DAY_MS
OFFICE_BEHIND_MS = 31 * DAY_MS  # an office that was so far ahead can be put right
OFFICE_AHEAD_MS = 400 * DAY_MS  # a kiosk taken out of store after a year still believes its office

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOARD = Path("/proc/device-tree")  # a board such as a Pi, which may have no clock that runs without power
BATTERY_CLOCK = Path("/sys/class/rtc/rtc0")

DEMO_AHEAD = "NEIGHBOURHOOD_CARD_DEMO_AHEAD_MS"  # set by the demo for its processes, and by nobody else

log = structlog.get_logger()


class ClockUncertain(Refusal):
    """Nothing says what time it is, so one meal cannot be told from the next: staff are asked."""

    code = "clock_uncertain"
    is_told = True
    again_helps = True


def machine_boot_id() -> str:
    """The kernel's name for this boot; a constant word where there is none, as on a developer's Mac.

    Each start of the demo is a boot of its own, since its time begins anew.
    """
    boot_id = BOOT_ID.read_text().strip() if BOOT_ID.exists() else "no-boot-id"
    ahead_ms = _demo_ahead_ms()
    return f"{boot_id}{ahead_ms:+}" if ahead_ms else boot_id


def boottime_ms() -> int:
    """Milliseconds since boot, counting sleep where the system can."""
    clock_id = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock_id) // 1_000_000


def unix_ms() -> int:
    """The wall clock, as the kiosk, its sync process and the office read it, in this one place."""
    return time.time_ns() // 1_000_000 + _demo_ahead_ms()


def _demo_ahead_ms() -> int:
    """By how much the demo's day is ahead of this machine's."""
    return int(os.environ.get(DEMO_AHEAD, "0"))


@dataclass(frozen=True, slots=True)
class TimeSource:
    """Where the readings come from; tests and the simulator bring their own.

    `battery`: the wall clock went on while the machine was off.
    """

    boot_id: str
    wall_ms: Callable[[], int]
    monotonic_ms: Callable[[], int]
    battery: bool = True


def machine_time(battery: bool | None = None) -> TimeSource:
    """This machine's clocks; whether one has a battery is guessed unless told."""
    if battery is None:
        battery = BATTERY_CLOCK.exists() or not BOARD.exists()
    return TimeSource(machine_boot_id(), unix_ms, boottime_ms, battery)


def lost_time() -> TimeSource:
    """This machine as it would be after a power cut that its clock did not outlive, and out of touch."""
    return replace(machine_time(battery=False), boot_id=str(uuid4()))


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the time comes from: the wall time at which the monotonic clock stood at zero."""

    boot_wall_ms: int
    quality: ClockQuality
    until_ms: int = 0  # staff's word ends then; 0: it was not staff's


class Clock:
    """Readings for one run of the kiosk. For any thread.

    `boot` counts this machine's boots as the journal knows them; `memory` is what the journal remembers.
    """

    def __init__(self, boot: int, memory: Memory, source: TimeSource) -> None:
        self.boot = boot
        self.floor_ms = memory.floor_ms
        self._source = source
        self._lock = threading.Lock()
        self._first_boot_wall_ms = source.wall_ms() - source.monotonic_ms()
        self._near_boot_wall_ms = self._first_boot_wall_ms  # a kept clock is followed around here
        self._office_ms = memory.office_ms
        self._kept: _Kept | None = None
        if memory.boot_wall_ms is not None:
            self._kept = _Kept(memory.boot_wall_ms, memory.quality, memory.until_ms)
            self._near_boot_wall_ms = memory.boot_wall_ms
        self._written = memory.contact
        self._heard: Heard | None = None
        self._doubted: Heard | None = None

    def now(self) -> Moment:
        """Quality below KEPT: good for putting things down, not for telling one meal from the next."""
        monotonic_ms = self._source.monotonic_ms()
        with self._lock:
            kept = self._kept
            if kept is None or _is_over(kept, monotonic_ms):
                kept = self._judged(monotonic_ms)
                self._kept = kept if kept.quality >= ClockQuality.KEPT else None
                self._near_boot_wall_ms = kept.boot_wall_ms
            elif kept.quality is ClockQuality.KEPT and not kept.until_ms:
                kept = self._kept = self._stepped(kept, monotonic_ms)
        return Moment(self.boot, monotonic_ms, kept.boot_wall_ms, kept.quality)

    def sure_now(self) -> Moment:
        """A reading by which one meal can be told from the next. Raises `ClockUncertain`."""
        at = self.now()
        if at.quality < ClockQuality.KEPT:
            raise ClockUncertain
        return at

    def silent_since_ms(self, heard: Heard) -> int | None:
        """Since when the office is not heard, Unix time; None while it is, or if it never was."""
        at = self.now()
        return silent_since_ms(heard, self._source.boot_id, at.monotonic_ms, at.wall_ms)

    def in_touch(self, heard: Heard) -> bool:
        """Whether the office was heard just now, and can be expected to answer."""
        return bool(heard.at_ms) and self.silent_since_ms(heard) is None

    def tell(self, told: Moment, until_ms: int) -> None:
        """Go by what staff said, until the clock shows `until_ms` or the office is heard."""
        with self._lock:
            if self._kept is None:
                self._kept = _Kept(told.boot_wall_ms, told.quality, until_ms)

    def hear(self, heard: Heard | None) -> OfficeHeard | None:
        """Go by the office's time, if it was heard in this boot and can be right; returns what is news.

        News is to be written into the journal; until it `wrote` that, the clock keeps asking.
        """
        if heard is not None and heard.boot_id == self._source.boot_id:
            if self._can_be_right(heard.at_ms):
                self._take(heard)
            elif heard != self._doubted:
                self._doubted = heard
                log.error("office_clock_not_believed", office_ms=heard.at_ms, last_known_ms=self._office_ms)
        if self._heard is None:
            return None
        news = OfficeHeard(self._heard.at_ms, self._heard.monotonic_ms, self._heard.rtt_ms)
        moved_ms = abs(boot_wall_ms(news) - boot_wall_ms(self._written)) if self._written else NEWS_MS + 1
        return news if moved_ms > NEWS_MS else None

    def wrote(self, news: OfficeHeard) -> None:
        """The journal has it now."""
        self._written = news

    def _take(self, heard: Heard) -> None:
        with self._lock:
            if self._heard is not None and not _is_better(heard, self._heard):
                return
            self._heard, self._office_ms = heard, heard.at_ms
            boot_ms, kept = boot_wall_ms(heard), self._kept
            synced = kept is not None and kept.quality is ClockQuality.SYNCED
            if kept is None or not synced or abs(boot_ms - kept.boot_wall_ms) > SLEW_MS:
                self._kept = _Kept(boot_ms, ClockQuality.SYNCED)

    def _can_be_right(self, office_ms: int) -> bool:
        """Within reach of what the office said before; what it says first can only be checked roughly."""
        if not self._office_ms:
            return EARLIEST_MS <= office_ms <= LATEST_MS
        return self._office_ms - OFFICE_BEHIND_MS <= office_ms <= self._office_ms + OFFICE_AHEAD_MS

    def _judged(self, monotonic_ms: int) -> _Kept:
        """What the machine's wall clock is worth by itself."""
        boot_ms = self._source.wall_ms() - monotonic_ms
        wall_ms = boot_ms + monotonic_ms
        was_set = abs(boot_ms - self._first_boot_wall_ms) > SMALL_STEP_MS  # by somebody, while we ran
        if wall_ms < EARLIEST_MS:
            quality = ClockQuality.UNKNOWN
        elif not self._is_near(wall_ms):
            quality = ClockQuality.STALE
        else:
            quality = ClockQuality.KEPT if self._source.battery or was_set else ClockQuality.STALE
        return _Kept(boot_ms, quality)

    def _is_near(self, wall_ms: int) -> bool:
        """Not before, and not long after, what the kiosk has already seen."""
        ahead_ms = wall_ms - self.floor_ms
        return not self.floor_ms or -FLOOR_SLACK_MS <= ahead_ms <= MAX_AHEAD_MS

    def _stepped(self, kept: _Kept, monotonic_ms: int) -> _Kept:
        """Follow a battery clock that is put right by a little; by more only the office is followed."""
        boot_ms = self._source.wall_ms() - monotonic_ms
        near = abs(boot_ms - self._near_boot_wall_ms) <= SMALL_STEP_MS
        return _Kept(boot_ms, kept.quality) if near and abs(boot_ms - kept.boot_wall_ms) > SLEW_MS else kept


def boot_wall_ms(heard: Heard | OfficeHeard) -> int:
    """The Unix time of the boot in which the office was heard: the middle of what it can have been."""
    office_ms = heard.at_ms if isinstance(heard, Heard) else heard.office_ms
    return office_ms + heard.rtt_ms // 2 - heard.monotonic_ms


def _is_better(new: Heard, old: Heard) -> bool:
    """Whether a newer answer says more than the old one does by now, or something else altogether."""
    old_blur_ms = old.rtt_ms / 2 + abs(new.monotonic_ms - old.monotonic_ms) * DRIFT_PPM / 1_000_000
    contradicts = abs(boot_wall_ms(new) - boot_wall_ms(old)) > old_blur_ms + new.rtt_ms / 2 + SLEW_MS
    return new.rtt_ms / 2 <= old_blur_ms or contradicts


def _is_over(kept: _Kept, monotonic_ms: int) -> bool:
    """Whether the meal is over that staff spoke of."""
    return bool(kept.until_ms) and kept.boot_wall_ms + monotonic_ms >= kept.until_ms


def local_time(wall_ms: int, time_zone: str = DEFAULT_TIME_ZONE) -> datetime:
    """A Unix time in ms as it stands on a wall in a time zone."""
    return datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(time_zone))
