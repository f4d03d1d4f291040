"""Which meal it is, by a site's hours. Pure: no clock, no files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.catalogue.values import MealPeriod, Site


@dataclass(frozen=True, slots=True)
class Meal:
    """One meal period on one day of the site's calendar."""

    day: date
    period: MealPeriod


def hours_ms(meal: Meal, time_zone: str) -> tuple[int, int]:
    """When a meal opens and closes, Unix ms."""
    zone = ZoneInfo(time_zone)
    opens = datetime.combine(meal.day, meal.period.opens, zone)
    closes = datetime.combine(meal.day, meal.period.closes, zone)
    return int(opens.timestamp() * 1000), int(closes.timestamp() * 1000)


def meal_at(site: Site, local: datetime) -> Meal | None:
    """The meal being served at a local time, if any."""
    period = period_at(site, local)
    return Meal(local.date(), period) if period is not None else None


def period_at(site: Site, local: datetime) -> MealPeriod | None:
    """The same without its day."""
    now = local.time()
    for period in site.meals:
        if period.opens <= now < period.closes:
            return period
    return None


def next_meal(site: Site, local: datetime) -> Meal | None:
    """The next meal to open: today, or else tomorrow's first. None if the site serves none."""
    in_order = sorted(site.meals, key=lambda period: period.opens)
    for period in in_order:
        if local.time() < period.opens:
            return Meal(local.date(), period)
    return Meal(local.date() + timedelta(days=1), in_order[0]) if in_order else None
