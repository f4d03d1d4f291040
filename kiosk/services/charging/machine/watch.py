"""What is watched of a socket whether a session runs there or not: heat, and current that nobody pays for.

Pure. Others' makers gave up cut-offs by a single sample, for these tripped at nothing [CL, DNY]: here two
looks have to agree, and a person hears of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.outlets.contracts import Sample
from kiosk.services.charging.items import Thresholds

ZERO_DW = 3
AGREEING_LOOKS = 2
STRAY_LOOKS = 3  # the first may be of before it was told to open
RISE_OVER_MS = 60_000
WARM_C = 45  # below it even a quick rise is the sun on the shelter


class Oddity(StrEnum):
    """What a look at a socket showed."""

    HOT = "hot"
    STRAY = "stray"  # current flows, or may, and no session is there: it is to be opened
    WELDED = "welded"  # and it still flows after that


@dataclass(frozen=True, slots=True)
class Watch:
    """One socket as it was seen so far."""

    hot_looks: int = 0
    rising_looks: int = 0
    from_c: int | None = None  # where the temperature stood at `from_ms`
    from_ms: int = 0
    stray_looks: int = 0
    seen_ms: int | None = None
    is_open: bool = False  # its relay, and nothing flows, at the last look
    power_dw: int = 0
    is_plugged: bool | None = None

    def look(
        self, sample: Sample, thresholds: Thresholds, now_ms: int, *, has_session: bool
    ) -> tuple[Watch, tuple[Oddity, ...]]:
        """The watch after a look, and what is to be acted upon."""
        power_dw = sample.power_dw or 0
        is_open = not sample.is_on and power_dw <= ZERO_DW
        stray = 0 if has_session or is_open else self.stray_looks + 1
        after = replace(
            self._warmer(sample.temperature_c, thresholds, now_ms),
            stray_looks=stray,
            seen_ms=now_ms,
            is_open=is_open,
            power_dw=power_dw,
            is_plugged=sample.is_plugged,
        )
        found = []
        if max(after.hot_looks, after.rising_looks) >= AGREEING_LOOKS:
            found.append(Oddity.HOT)
        if stray:
            found.append(Oddity.STRAY)
        if stray >= STRAY_LOOKS and power_dw > ZERO_DW:
            found.append(Oddity.WELDED)
        return after, tuple(found)

    def _warmer(self, at_c: int | None, thresholds: Thresholds, now_ms: int) -> Watch:
        """65 °C [CL], or a rise by 5 °C in a minute, two minutes running."""
        if at_c is None:
            return self
        hot = self.hot_looks + 1 if at_c >= thresholds.hot_c else 0
        if self.from_c is None:
            return replace(self, hot_looks=hot, from_c=at_c, from_ms=now_ms)
        if now_ms - self.from_ms < RISE_OVER_MS:
            return replace(self, hot_looks=hot)
        rise_c = (at_c - self.from_c) * RISE_OVER_MS / (now_ms - self.from_ms)
        is_rising = at_c >= WARM_C and rise_c >= thresholds.hot_rise_c_per_min
        rising = self.rising_looks + 1 if is_rising else 0
        return replace(self, hot_looks=hot, rising_looks=rising, from_c=at_c, from_ms=now_ms)
