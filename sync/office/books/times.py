"""When things really happened: an interval for each record, from what was known before and after it.

A kiosk's wall clock may have said anything. Its monotonic clock joins every record of a boot to the moments
of that boot at which the office was heard, and between boots the order of the records is left: nothing
happened before what was written before it. Pure arithmetic; Unix time in ms, by the office's clock.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DRIFT_PPM = 101  # a monotonic clock is off by at most 100, and one more for what that is measured in


@dataclass(frozen=True, slots=True)
class Reading:
    """A record's place on the monotonic clock of its boot."""

    boot: int
    monotonic_ms: int


@dataclass(frozen=True, slots=True)
class Contact:
    """The office's clock showed `office_ms` at most `rtt_ms` before `monotonic_ms` of a boot."""

    boot: int
    monotonic_ms: int
    office_ms: int
    rtt_ms: int


@dataclass(frozen=True, slots=True)
class Interval:
    """Something happened neither before `earliest_ms` nor after `latest_ms`."""

    earliest_ms: int
    latest_ms: int


def intervals(
    readings: Sequence[Reading], contacts: Sequence[Contact], floor_ms: int, ceiling_ms: int
) -> list[Interval]:
    """One interval for each reading; readings and contacts in the order of their records.

    Nothing happened before `floor_ms` or after `ceiling_ms`. Where what is known contradicts itself, as after
    a wrong clock at the office, the interval spans all of it.
    """
    by_boot: dict[int, list[Contact]] = {}
    for contact in contacts:
        by_boot.setdefault(contact.boot, []).append(contact)
    for each in by_boot.values():
        each.sort(key=lambda contact: contact.monotonic_ms)
    bounds = [_from_contacts(reading, by_boot.get(reading.boot, [])) for reading in readings]
    earliest = [max(bound.earliest_ms, floor_ms) if bound else floor_ms for bound in bounds]
    latest = [min(bound.latest_ms, ceiling_ms) if bound else ceiling_ms for bound in bounds]
    steps = [_least_step_ms(before, after) for before, after in pairwise(readings)]
    for n, step_ms in enumerate(steps):
        earliest[n + 1] = max(earliest[n + 1], earliest[n] + step_ms)
    for n, step_ms in reversed(list(enumerate(steps))):
        latest[n] = min(latest[n], latest[n + 1] - step_ms)
    return [_spanning(*each) for each in zip(earliest, latest, bounds, strict=True)]


def _spanning(earliest_ms: int, latest_ms: int, bound: Interval | None) -> Interval:
    if earliest_ms <= latest_ms:
        return Interval(earliest_ms, latest_ms)
    all_ms = [earliest_ms, latest_ms, *((bound.earliest_ms, bound.latest_ms) if bound else ())]
    return Interval(min(all_ms), max(all_ms))


def _from_contacts(reading: Reading, contacts: Sequence[Contact]) -> Interval | None:
    """What the nearest contacts of the same boot say, before and after."""
    n = bisect(contacts, reading.monotonic_ms, key=lambda contact: contact.monotonic_ms)
    said = [_from_contact(reading, contact) for contact in contacts[max(n - 1, 0) : n + 1]]
    if not said:
        return None
    earliest_ms = max(each.earliest_ms for each in said)
    latest_ms = min(each.latest_ms for each in said)
    if earliest_ms <= latest_ms:
        return Interval(earliest_ms, latest_ms)
    return Interval(min(each.earliest_ms for each in said), max(each.latest_ms for each in said))


def _from_contact(reading: Reading, contact: Contact) -> Interval:
    away_ms = reading.monotonic_ms - contact.monotonic_ms
    drift_ms = _drift_ms(away_ms)
    middle_ms = contact.office_ms + away_ms
    return Interval(middle_ms - drift_ms, middle_ms + contact.rtt_ms + drift_ms)


def _least_step_ms(before: Reading, after: Reading) -> int:
    """By how much at least the later record is later; a little less than nothing when two threads wrote."""
    if before.boot != after.boot:
        return 0
    step_ms = after.monotonic_ms - before.monotonic_ms
    return step_ms - _drift_ms(step_ms)


def _drift_ms(away_ms: int) -> int:
    """By how much a monotonic clock may be wrong over a stretch, and by the millisecond it is read in."""
    return abs(away_ms) * DRIFT_PPM // 1_000_000 + 2
