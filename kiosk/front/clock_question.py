"""What staff are asked when nothing says what time it is: which day and which meal.

Two touches, and lunch goes on. Their word holds for the meal they named; what it was worth is seen when the
office is heard again.
"""

from __future__ import annotations

from datetime import date

from kiosk.catalogue.meal_hours import Meal, hours_ms, meal_at, next_meal
from kiosk.common.board import ClockQuestion
from kiosk.common.clock import EARLIEST_MS, FLOOR_SLACK_MS, MAX_AHEAD_MS, local_time
from kiosk.counter import Counter
from kiosk.ledger.machine.clock_records import CLOCK_CONFIRMED, MealConfirmed
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.plain.refusals import Refusal


class NoSuchMeal(Refusal):
    """The site serves no meal of this name."""

    code = "no_such_meal"
    meal: str


def question(counter: Counter) -> ClockQuestion | None:
    """What to ask, with the likeliest answer first; None where the clock is good, or there is no meal."""
    at = counter.clock.now()
    if at.quality >= ClockQuality.KEPT:
        return None
    site = counter.site()
    likely = local_time(_likely_ms(counter, at), site.time_zone)
    meal = meal_at(site, likely) or next_meal(site, likely)
    if meal is None:
        return None
    periods = sorted(site.meals, key=lambda period: period is not meal.period)
    return ClockQuestion(meal.day.isoformat(), tuple((period.meal, dict(period.name)) for period in periods))


def confirm_meal(counter: Counter, day: date, meal: str, request_id: str) -> None:
    """Go by the word of staff that this meal is being served now. Said twice, it counts once.

    Raises `NoSuchMeal`.
    """
    site = counter.site()
    period = next((each for each in site.meals if each.meal == meal), None)
    if period is None:
        raise NoSuchMeal(meal=meal)
    with counter.journal.writing() as writing:
        at = counter.clock.now()
        if at.quality >= ClockQuality.KEPT:
            return
        opens_ms, until_ms = hours_ms(Meal(day, period), site.time_zone)
        told_ms = at.wall_ms if opens_ms <= at.wall_ms < until_ms else opens_ms
        told = Moment(at.boot, at.monotonic_ms, told_ms - at.monotonic_ms, ClockQuality.KEPT)
        said = MealConfirmed(day.isoformat(), meal, told_ms, until_ms)
        written = writing.once(
            request_id, lambda: writing.append(*CLOCK_CONFIRMED, said, at=told, request_id=request_id)
        )
    if writing.is_new(written):
        counter.clock.tell(told, until_ms)


def _likely_ms(counter: Counter, at: Moment) -> int:
    """The machine's own time where it can be so, or else the last that was known."""
    heard = counter.catalogue.heard()
    known_ms = max(counter.clock.floor_ms, heard.at_ms if heard else 0, EARLIEST_MS)
    can_be = known_ms - FLOOR_SLACK_MS <= at.wall_ms <= known_ms + MAX_AHEAD_MS
    return at.wall_ms if can_be else known_ms
