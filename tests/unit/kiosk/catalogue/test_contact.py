"""Since when the other end is not heard: one rule, by the clock that never jumps."""

from __future__ import annotations

import pytest

from kiosk.catalogue.contact import SILENCE_MS, Heard, silent_since_ms
from sync.wire.messages import MAX_WAIT_MS

NOON_MS = 1_780_000_000_000
HEARD = Heard(NOON_MS, "boot", 1_000_000)


@pytest.mark.parametrize("wall_step_ms", [0, 3_600_000, -3_600_000])
def test_within_a_boot_the_wall_clock_may_jump(wall_step_ms: int) -> None:
    shortly, later = SILENCE_MS - 1, SILENCE_MS + 60_000
    assert silent_since_ms(HEARD, "boot", 1_000_000 + shortly, NOON_MS + shortly + wall_step_ms) is None
    since_ms = silent_since_ms(HEARD, "boot", 1_000_000 + later, NOON_MS + later + wall_step_ms)
    assert since_ms == NOON_MS + wall_step_ms  # as the clock on the wall would call it now


def test_what_an_earlier_boot_heard_is_placed_by_the_wall_clock() -> None:
    assert silent_since_ms(HEARD, "next", 5, NOON_MS + 10_000) is None
    assert silent_since_ms(HEARD, "next", 5, NOON_MS + 3_600_000) == NOON_MS
    assert silent_since_ms(HEARD, "next", 5, NOON_MS - 3_600_000) == NOON_MS - 3_600_000  # nobody knows


def test_nothing_is_late_before_anything_was_heard() -> None:
    assert silent_since_ms(Heard(), "boot", 10**9, NOON_MS) is None


def test_an_idle_kiosk_is_heard_well_within_the_silence_that_counts() -> None:
    assert MAX_WAIT_MS + 15_000 <= SILENCE_MS < 60_000
