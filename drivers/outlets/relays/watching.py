"""What one meter's readings are worth: pure, on a clock that is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.outlets.contracts import Limits
from drivers.outlets.metering import Continuity, Reading
from drivers.outlets.reasons import StopReason

SILENT_MS = 20_000  # so long a socket may conduct that nobody measures
DOUBTS = 3  # readings in a row that do not go on from the one before
REST_MS = 5_000  # a meter that was silent is asked no more often, for it holds up all others


@dataclass(slots=True)
class Run:
    """An order that this box was given, from then until it is over."""

    order: str
    limits: Limits
    began_ms: int
    first_wh: int | None = None
    has_closed: bool = False


@dataclass(slots=True)
class Watch:
    """The meter of one socket."""

    continuity: Continuity
    heard_ms: int  # when it answered last
    is_silent: bool = True  # at the last look; nothing was heard yet
    doubts: int = 0
    ask_after_ms: int = field(default=0)

    def is_lost(self, now_ms: int) -> bool:
        """Whether nothing can be measured here: more than one look has failed."""
        return self.is_silent and now_ms - self.heard_ms > REST_MS

    def looked(self, reading: Reading | None, now_ms: int, may_begin_anew: bool) -> int | None:
        """Take what was read, None: nothing; return the register if it can be believed.

        `may_begin_anew`: no money depends on it, so a meter that was reset or changed may count on.
        """
        self.is_silent = reading is None
        if reading is None:
            if now_ms >= self.ask_after_ms:
                self.ask_after_ms = now_ms + REST_MS
            return None
        self.heard_ms = now_ms
        if self.continuity.believes(reading.wh, now_ms):
            self.doubts = 0
            return reading.wh
        self.doubts += 1
        if may_begin_anew and self.doubts >= DOUBTS:
            self.continuity.begin_anew()
        return None


def over_by(
    run: Run, watch: Watch, reading: Reading | None, wh: int | None, now_ms: int
) -> StopReason | None:
    """Why an order has to end now, the gravest first; None: it goes on."""
    if reading is not None and reading.power_dw > run.limits.most_dw:
        return StopReason.OVERLOAD
    if now_ms - max(watch.heard_ms, run.began_ms) > SILENT_MS:
        return StopReason.METER_SILENT
    if watch.doubts >= DOUBTS:
        return StopReason.METER_IMPLAUSIBLE
    if now_ms - run.began_ms >= run.limits.longest_s * 1000:
        return StopReason.LONGEST
    most_wh = run.limits.most_wh
    if None not in (most_wh, wh, run.first_wh) and wh - run.first_wh >= most_wh:  # type: ignore[operator]
        return StopReason.ENERGY_UP
    return None
