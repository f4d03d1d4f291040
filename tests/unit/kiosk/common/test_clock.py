"""A clock that is wrong is found out, kept from selling, and put right by whoever knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.catalogue.contact import Heard
from kiosk.common.clock import (
    DAY_MS,
    EARLIEST_MS,
    Clock,
    ClockUncertain,
    boot_wall_ms,
    lost_time,
    machine_boot_id,
    unix_ms,
)
from kiosk.ledger.machine.clock_records import Memory, OfficeHeard
from kiosk.ledger.records import ClockQuality, Moment
from tests.factories import LUNCHTIME, TestTime

NOON_MS = int(LUNCHTIME.timestamp() * 1000)
HOUR_MS = 3_600_000
UNKNOWN, STALE, KEPT, SYNCED = ClockQuality


def clock(time: TestTime, memory: Memory | None = None, *, battery: bool = True) -> Clock:
    return Clock(1, memory or Memory(), replace(time.source(), battery=battery))


def heard(time: TestTime, office_ms: int, rtt_ms: int = 40) -> Heard:
    """The office answers this moment."""
    return Heard(office_ms, time.boot_id, time.monotonic_ms, rtt_ms)


def listen(to: Clock, answer: Heard) -> OfficeHeard | None:
    """As the look loop does: what is news is written down."""
    news = to.hear(answer)
    if news is not None:
        to.wrote(news)
    return news


@pytest.mark.parametrize(
    ("wall_ms", "floor_ms", "battery", "quality"),
    [
        (0, 0, True, UNKNOWN),
        (EARLIEST_MS - 1, 0, True, UNKNOWN),
        (NOON_MS, 0, True, KEPT),
        (NOON_MS, NOON_MS - DAY_MS, True, KEPT),
        (NOON_MS, NOON_MS + 30_000, True, KEPT),
        (NOON_MS, NOON_MS + HOUR_MS, True, STALE),
        (NOON_MS, NOON_MS - 29 * DAY_MS, True, KEPT),
        (NOON_MS, NOON_MS - 31 * DAY_MS, True, STALE),
        (NOON_MS + 3652 * DAY_MS, NOON_MS, True, STALE),
        (NOON_MS, NOON_MS - HOUR_MS, False, STALE),
        (NOON_MS, 0, False, STALE),
    ],
)
def test_at_boot_the_wall_clock_is_held_against_what_was_known(
    wall_ms: int, floor_ms: int, battery: bool, quality: ClockQuality
) -> None:
    woken = clock(TestTime(wall_ms=wall_ms), Memory(floor_ms=floor_ms), battery=battery)
    assert woken.now().quality is quality
    if quality >= KEPT:
        assert woken.sure_now().wall_ms == wall_ms
    else:
        with pytest.raises(ClockUncertain):
            woken.sure_now()


def test_a_drill_starts_as_if_nobody_knew_the_time_and_does_not_hear_the_office() -> None:
    lost = lost_time()
    drilled = Clock(1, Memory(), lost)
    drilled.hear(Heard(unix_ms(), machine_boot_id(), lost.monotonic_ms(), 40))
    with pytest.raises(ClockUncertain):
        drilled.sure_now()


@pytest.mark.parametrize("jump_ms", [4 * HOUR_MS, -4 * HOUR_MS, 3652 * DAY_MS, -NOON_MS])
def test_a_jump_at_noon_does_not_move_lunch(jump_ms: int) -> None:
    time = TestTime()
    running = clock(time, Memory(floor_ms=NOON_MS - HOUR_MS))
    running.now()
    time.wall_ms += jump_ms
    time.advance(seconds=60)
    assert running.now() == Moment(1, 1_060_000, NOON_MS - 1_000_000, KEPT)


def test_a_battery_clock_put_right_by_a_little_is_followed_but_only_so_far_in_all() -> None:
    time = TestTime()
    running = clock(time)
    running.now()
    for _ in range(3):
        time.wall_ms += 50_000
        last_ms = running.now().wall_ms
    assert last_ms == NOON_MS + 100_000


def test_a_clock_that_somebody_sets_while_it_knows_nothing_is_believed() -> None:
    time = TestTime(wall_ms=60_000)
    running = clock(time, Memory(floor_ms=NOON_MS - DAY_MS), battery=False)
    assert running.now().quality is UNKNOWN
    time.wall_ms = NOON_MS
    assert (running.now().quality, running.now().wall_ms) == (KEPT, NOON_MS)


@pytest.mark.parametrize("wall_ms", [0, NOON_MS - HOUR_MS, NOON_MS + 3652 * DAY_MS, NOON_MS])
def test_the_office_sets_the_clock_whatever_the_machine_says(wall_ms: int) -> None:
    time = TestTime(wall_ms=wall_ms)
    running = clock(time, Memory(floor_ms=NOON_MS - 1000, office_ms=NOON_MS - DAY_MS))
    assert listen(running, heard(time, NOON_MS)) == OfficeHeard(NOON_MS, time.monotonic_ms, 40)
    time.advance(hours=1)
    assert (running.sure_now().quality, running.now().wall_ms) == (SYNCED, NOON_MS + 20 + HOUR_MS)


def test_an_answer_of_another_boot_sets_nothing() -> None:
    time = TestTime(wall_ms=0)
    running = clock(time)
    assert listen(running, replace(heard(time, NOON_MS), boot_id="the boot before")) is None
    assert listen(running, replace(heard(time, NOON_MS), boot_id="")) is None
    assert running.now().quality is UNKNOWN


@pytest.mark.parametrize("days", [-32, 401, 3652])
def test_an_office_that_is_far_from_what_it_said_before_is_not_believed(days: int) -> None:
    time = TestTime()
    running = clock(time, Memory(office_ms=NOON_MS))
    assert listen(running, heard(time, NOON_MS + days * DAY_MS)) is None
    assert (running.now().quality, running.now().wall_ms) == (KEPT, NOON_MS)
    assert listen(running, heard(time, NOON_MS + 7)) is not None
    assert running.now().quality is SYNCED


def test_contacts_are_written_once_in_a_boot_and_again_when_the_offset_moved() -> None:
    time = TestTime()
    running = clock(time)
    assert listen(running, heard(time, NOON_MS))
    for offset_ms in (0, 1500, -1500):
        time.advance(hours=1)
        assert listen(running, heard(time, time.wall_ms + offset_ms)) is None
    time.advance(hours=1)
    moved = listen(running, heard(time, time.wall_ms + 2100))
    assert moved == OfficeHeard(time.wall_ms + 2100, time.monotonic_ms, 40)


def test_news_that_could_not_be_written_stays_news() -> None:
    time = TestTime()
    running = clock(time)
    assert running.hear(heard(time, NOON_MS)) is not None
    assert running.hear(None) is not None


def test_a_slow_answer_does_not_spoil_what_a_quick_one_said() -> None:
    time = TestTime()
    running = clock(time)
    listen(running, heard(time, NOON_MS, rtt_ms=10))
    before = running.now()
    time.advance(seconds=60)
    listen(running, heard(time, time.wall_ms - 3500, rtt_ms=8000))
    assert running.now().boot_wall_ms == before.boot_wall_ms
    listen(running, heard(time, time.wall_ms - 20_000, rtt_ms=8000))  # but this cannot both be so
    assert running.now().boot_wall_ms == before.boot_wall_ms - 20_000 + 4000 - 5


def test_the_word_of_staff_holds_for_the_meal_they_named() -> None:
    time = TestTime(wall_ms=0)
    running = clock(time)
    at = running.now()
    running.tell(Moment(1, at.monotonic_ms, NOON_MS - at.monotonic_ms, KEPT), NOON_MS + HOUR_MS)
    assert (running.sure_now().wall_ms, running.now().quality) == (NOON_MS, KEPT)
    time.wall_ms += HOUR_MS * 5  # nobody follows the machine now
    assert running.sure_now().wall_ms == NOON_MS
    time.advance(hours=1)
    with pytest.raises(ClockUncertain):
        running.sure_now()


def test_the_word_of_staff_gives_way_to_the_office_and_never_the_other_way_round() -> None:
    time = TestTime(wall_ms=0)
    running = clock(time)
    at = running.now()
    told = Moment(1, at.monotonic_ms, NOON_MS - 3 * DAY_MS - at.monotonic_ms, KEPT)
    running.tell(told, NOON_MS)
    listen(running, heard(time, NOON_MS, 0))
    running.tell(told, NOON_MS)
    assert (running.now().wall_ms, running.now().quality) == (NOON_MS, SYNCED)


def test_a_restart_within_the_boot_goes_on_with_the_time_it_had() -> None:
    time = TestTime(wall_ms=0)
    memory = Memory(
        NOON_MS - 5000,
        NOON_MS - time.monotonic_ms,
        SYNCED,
        contact=OfficeHeard(NOON_MS, time.monotonic_ms, 0),
    )
    restarted = clock(time, memory)
    assert (restarted.now().wall_ms, restarted.now().quality) == (NOON_MS, SYNCED)
    time.advance(hours=1)
    assert listen(restarted, heard(time, NOON_MS + HOUR_MS, 0)) is None
    assert boot_wall_ms(OfficeHeard(NOON_MS, 500, 100)) == NOON_MS + 50 - 500
