"""Intervals hold what really happened, however the clocks ran."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from sync.office.books.times import Contact, Interval, Reading, intervals

NOON_MS = 1_795_000_000_000
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class _Step:
    """What happens next: time passes, then the power is cut, the office is heard, or something is written."""

    after_ms: int
    what: str
    drift_ppm: int
    rtt_ms: int
    there_ms: int  # of the round trip, how much lay before the office looked at its clock


_steps = st.builds(
    _Step,
    after_ms=st.integers(0, 3 * DAY_MS),
    what=st.sampled_from(["cut", "heard", "written", "written"]),
    drift_ppm=st.integers(-100, 100),
    rtt_ms=st.integers(0, 20_000),
    there_ms=st.integers(0, 20_000),
)


@given(st.lists(_steps, max_size=30), st.integers(0, DAY_MS))
def test_what_really_happened_lies_in_its_interval(steps: list[_Step], delivered_after_ms: int) -> None:
    true_ms, monotonic, boot, drift_ppm = float(NOON_MS), 5000.0, 1, 100
    truth: list[float] = []
    readings: list[Reading] = []
    contacts: list[Contact] = []
    for step in steps:
        rtt_ms = step.rtt_ms if step.what == "heard" else 0
        passed_ms = step.after_ms + rtt_ms
        true_ms += passed_ms
        monotonic += passed_ms * (1 + drift_ppm / 1_000_000)
        if step.what == "cut":
            boot, monotonic, drift_ppm = boot + 1, 0.0, step.drift_ppm
            continue
        if step.what == "heard":
            office_ms = true_ms - rtt_ms + min(step.there_ms, rtt_ms)
            slack_ms = 1 + rtt_ms * 2 // 10_000  # the kiosk's own clock measured the round trip
            contacts.append(Contact(boot, int(monotonic), int(office_ms), rtt_ms + slack_ms))
        truth.append(true_ms)
        readings.append(Reading(boot, int(monotonic)))
    found = intervals(readings, contacts, NOON_MS, int(true_ms) + 1 + delivered_after_ms)
    for true, interval in zip(truth, found, strict=True):
        assert interval.earliest_ms <= true <= interval.latest_ms + 1
        assert interval.earliest_ms <= interval.latest_ms


def test_a_contact_makes_its_whole_boot_sharp_and_bounds_the_boots_beside_it() -> None:
    readings = [Reading(1, 0), Reading(2, 1000), Reading(2, 61_000), Reading(3, 5000)]
    found = intervals(readings, [Contact(2, 61_000, NOON_MS, 10)], NOON_MS - DAY_MS, NOON_MS + DAY_MS)
    before, sharp, at, after = found
    assert before == Interval(NOON_MS - DAY_MS, sharp.latest_ms)
    assert (sharp.earliest_ms, sharp.latest_ms) == (NOON_MS - 60_008, NOON_MS + 10 - 60_000 + 8)
    assert (at.earliest_ms, at.latest_ms) == (NOON_MS - 2, NOON_MS + 12)
    assert after == Interval(at.earliest_ms, NOON_MS + DAY_MS)


def test_two_words_of_the_office_that_contradict_each_other_span_both() -> None:
    contacts = [Contact(1, 0, NOON_MS, 0), Contact(1, 2000, NOON_MS + DAY_MS, 0)]
    (found,) = intervals([Reading(1, 1000)], contacts, 0, NOON_MS + 2 * DAY_MS)
    assert found.earliest_ms <= NOON_MS + 1000 and found.latest_ms >= NOON_MS + DAY_MS - 1000
