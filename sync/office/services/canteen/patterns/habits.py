"""Who usually has a meal at a site on a weekday, and did not have it this time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.catalogue.meal_hours import Meal, hours_ms
from kiosk.catalogue.values import Site
from kiosk.services.canteen.records import NOBODY
from kiosk.services.canteen.tables import servings
from sync.office.people.habits import Absent, Attendance, Habit, Occasion, Rule

WEEK = timedelta(days=7)


def occasions(site: Site, day: date) -> Iterable[Occasion]:
    for period in site.meals:
        yield Occasion(site.name, day, period.meal, *hours_ms(Meal(day, period), site.time_zone))


def attendance(connection: sa.Connection, region_id: int, meal: Occasion, rule: Rule) -> Attendance:
    """A portion that was undone was not had. On a day on which nobody ate the canteen was closed."""
    today = meal.day.isoformat()
    before = [(meal.day - n * WEEK).isoformat() for n in range(1, rule.weeks + 1)]
    s, by_day = servings.c, "INDEXED BY servings_by_day" if connection.dialect.name == "sqlite" else ""
    source = sa.text(f"{servings.name} {by_day}")  # left alone, SQLite reads those of all days there are
    resident_id, day = sa.column("resident_id", s.resident_id.type), sa.column("day", s.day.type)
    had = (
        sa.select(resident_id, day)
        .select_from(source)
        .where(sa.column("region_id") == region_id, day.in_([today, *before]))
        .where(sa.column("site") == meal.site, sa.column("meal") == meal.name, resident_id != NOBODY)
        .group_by(resident_id, day)
        .having(sa.func.sum(sa.column("served")) > 0)
        .subquery()
    )
    open_days = set(connection.execute(sa.select(had.c.day).distinct()).scalars())
    came_today = sa.func.sum(sa.case((had.c.day == today, 1), else_=0))
    times = sa.func.count()
    stayed_away = (
        sa.select(had.c.resident_id, times.label("times"))
        .group_by(had.c.resident_id)
        .having(came_today == 0, times >= rule.times)
        .order_by(had.c.resident_id)
    )
    absent = [Absent(row.resident_id, row.times) for row in connection.execute(stayed_away)]
    return Attendance(today in open_days, len(open_days - {today}), absent)


MEALS = Habit(occasions, attendance)
