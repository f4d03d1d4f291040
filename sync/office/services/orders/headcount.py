"""What was ordered for one day, what became of it, and whom to call: an elder who did not eat may need help.

Who orders is told by the catalogue, where counters' words are by now; who ate by the servings of all sites;
what came back by what counters wrote down. The same rules put them together that the kitchens go by.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Site
from kiosk.common.clock import local_time
from kiosk.ledger.sql import run
from kiosk.services.orders import rules
from kiosk.services.orders.items import ORDER, STANDING_ORDER, Order, StandingOrder
from kiosk.services.orders.rules import ComingMeal, MealOrders, Portion
from kiosk.services.orders.tables import FAILED
from sync.office.catalogue.published import current_values, residents_by_id
from sync.office.services.canteen import had_ms


@dataclass(frozen=True, slots=True)
class SiteMeal:
    """All that is ordered of one meal at one site."""

    site: str
    orders: MealOrders


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who ordered and, as far as anybody knows, did not eat."""

    resident_id: int
    name: str
    building: str
    dining: str
    reason: str  # why a delivery came back; empty where nobody knows anything


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One meal at one site, for a report."""

    site: str
    day: date
    meal: str
    portions: int
    by_dining: dict[str, int]
    by_diet: dict[str, int]
    had: int
    to_call: tuple[Called, ...]


def headcount(connection: sa.Connection, region_id: int, day: date, now_ms: int) -> list[SiteMeal]:
    """Every meal of a day at every site, as it stands at Unix time `now_ms`."""
    sites: list[Site] = sorted(
        current_values(connection, region_id, Kind.SITE), key=lambda site: str(site.name)
    )
    told = _told(connection, region_id, day)
    return [
        SiteMeal(site.name, _orders(connection, region_id, told, site, ComingMeal(day, period), now_ms))
        for site in sites
        for period in sorted(site.meals, key=lambda period: period.opens)
    ]


def figures(found: SiteMeal) -> Figures:
    """The same for a report."""
    orders, count = found.orders, found.orders.headcount
    return Figures(
        site=found.site,
        day=orders.meal.day,
        meal=orders.meal.meal,
        portions=count.portions,
        by_dining={way.value: count.by_dining[way] for way in rules.WAYS},
        by_diet=dict(sorted(count.by_diet.items())),
        had=sum(portion.had_ms is not None for portion in orders.portions),
        to_call=tuple(_called(portion) for portion, _ in orders.not_had),
    )


def _called(portion: Portion) -> Called:
    resident = portion.resident
    return Called(
        resident_id=resident.id,
        name=resident.name,
        building=resident.building,
        dining=portion.dining.value,
        reason=portion.failed,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """All that speaks of orders of one day: by the office, by counters, and of deliveries that failed."""

    standing: list[StandingOrder]
    orders: list[Order]
    failed: dict[tuple[str, str], dict[int, str]]  # by site and meal: reasons by resident


def _told(connection: sa.Connection, region_id: int, day: date) -> _Told:
    failed: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for site, meal, resident_id, reason in run(connection, _FAILED, (region_id, day.isoformat(), FAILED)):
        failed[site, meal][resident_id] = reason
    return _Told(
        [each for each in current_values(connection, region_id, STANDING_ORDER) if each.holds_on(day)],
        [each for each in current_values(connection, region_id, ORDER) if each.day == day],
        failed,
    )


def _orders(
    connection: sa.Connection, region_id: int, told: _Told, site: Site, meal: ComingMeal, now_ms: int
) -> MealOrders:
    standing = [each for each in told.standing if each.site == site.name]
    orders = [each for each in told.orders if each.site == site.name]
    wanted = rules.ordered(standing, orders, meal.day, meal.meal)
    failed = told.failed.get((site.name, meal.meal), {})
    residents = residents_by_id(connection, region_id, wanted.keys() | failed.keys())
    had = had_ms(connection, region_id, meal.day, meal.meal, residents.keys())
    over = rules.is_over(meal, local_time(now_ms, site.time_zone))
    return MealOrders(meal, rules.portions_of(wanted, residents, had, failed), over)


_FAILED = (
    "SELECT site, meal, resident_id, reason FROM order_events"
    " WHERE region_id = ? AND day = ? AND what = ? ORDER BY wall_ms, seq"
)
