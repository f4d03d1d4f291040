"""What is ordered for a meal, and what the kitchen counts. Pure: no clock, no files.

Three words may speak of one meal of one resident: a standing order, the office's order for that day, and what
a counter was told. The counter's word holds before the office's, since somebody stood there and said so; an
order for one day holds before a standing one; of two counters the later one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kiosk.catalogue.values import MealPeriod, Site
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.services.orders.errors import MealNotOffered, OrderTooLate
from kiosk.services.orders.items import Dining, Order, StandingOrder

WAYS = (Dining.EAT_IN, Dining.TAKE_AWAY, Dining.DELIVERY)  # as they are listed everywhere
DAYS_AHEAD = 2  # that can be ordered at the counter, beside what is left of today


@dataclass(frozen=True, slots=True)
class ComingMeal:
    """One meal period on one day of the site's calendar."""

    day: date
    period: MealPeriod

    @property
    def meal(self) -> str:
        return self.period.meal


class Fate(StrEnum):
    """What became of a portion."""

    HAD = "had"  # collected at a counter, or handed over at the door
    FAILED = "failed"  # a delivery that came back
    WAITING = "waiting"  # there is time left
    MISSED = "missed"  # the meal is over and nobody knows anything: somebody should call


@dataclass(frozen=True, slots=True)
class Portion:
    """One meal that was ordered. `had_ms` is when it was booked, Unix time; `failed` why it was not."""

    resident: Resident
    dining: Dining
    had_ms: int | None = None
    failed: str = ""

    def fate(self, *, over: bool) -> Fate:
        """Money outweighs words: a delivery that was booked in the end did not fail."""
        if self.had_ms is not None:
            return Fate.HAD
        if self.failed:
            return Fate.FAILED
        return Fate.MISSED if over else Fate.WAITING


@dataclass(frozen=True, slots=True)
class Headcount:
    """What to cook: so many portions, by how they are had and by what the cook must know."""

    portions: int
    by_dining: Mapping[Dining, int]
    by_diet: Mapping[str, int]  # a portion counts under each of its warnings


@dataclass(frozen=True, slots=True)
class MealOrders:
    """All that is ordered of one meal, in the order of a round through the houses."""

    meal: ComingMeal
    portions: list[Portion]
    over: bool  # nobody is served any more

    @property
    def headcount(self) -> Headcount:
        return headcount(self.portions)

    @property
    def deliveries(self) -> list[tuple[Portion, Fate]]:
        return self._fates(deliveries(self.portions))

    @property
    def not_had(self) -> list[tuple[Portion, Fate]]:
        """Those whom somebody should call."""
        return [each for each in self._fates(self.portions) if each[1] in (Fate.FAILED, Fate.MISSED)]

    def portion(self, resident_id: int) -> Portion | None:
        return next((each for each in self.portions if each.resident.id == resident_id), None)

    def _fates(self, portions: Iterable[Portion]) -> list[tuple[Portion, Fate]]:
        return [(each, each.fate(over=self.over)) for each in portions]


def coming_meals(site: Site, local: datetime) -> list[ComingMeal]:
    """The meals that can be ordered at a local time, the next one first: those that have not opened yet."""
    in_order = sorted(site.meals, key=lambda period: period.opens)
    days = [local.date() + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
    meals = [ComingMeal(day, period) for day in days for period in in_order]
    return [each for each in meals if each.day > local.date() or each.period.opens > local.time()]


def kitchen_meals(site: Site, local: datetime) -> list[ComingMeal]:
    """The meals that a kitchen looks at: all of today, and tomorrow's."""
    in_order = sorted(site.meals, key=lambda period: period.opens)
    days = (local.date(), local.date() + timedelta(days=1))
    return [ComingMeal(day, period) for day in days for period in in_order]


def period_of(site: Site, meal: str) -> MealPeriod:
    """Raises `MealNotOffered`."""
    found = next((period for period in site.meals if period.meal == meal), None)
    if found is None:
        raise MealNotOffered(meal=meal)
    return found


def orderable(site: Site, local: datetime, day: date, meal: str) -> None:
    """Raises `OrderTooLate` or `MealNotOffered` where a meal cannot be ordered or cancelled any more."""
    period = period_of(site, meal)
    if ComingMeal(day, period) in coming_meals(site, local):
        return
    if day > local.date():
        raise MealNotOffered(meal=meal)
    raise OrderTooLate(meal=meal, day=day.isoformat(), opens=period.opens.strftime("%H:%M"))


def is_over(meal: ComingMeal, local: datetime) -> bool:
    """Whether nobody is served any more."""
    return (meal.day, meal.period.closes) <= (local.date(), local.time())


def ordered(
    standing: Iterable[StandingOrder], orders: Iterable[Order], day: date, meal: str
) -> dict[int, Dining]:
    """How each resident has one meal, by number; who has none is left out.

    `orders` are for one day, of the office and of counters, in any order.
    """
    found = {each.resident_id: each.dining for each in standing if each.meal == meal and each.holds_on(day)}
    for each in sorted(orders, key=lambda order: order.at_ms):  # the office's own are at 0
        if (each.day, each.meal) == (day, meal):
            found[each.resident_id] = each.dining
    return {resident_id: dining for resident_id, dining in found.items() if dining is not Dining.NONE}


def portions_of(
    wanted: Mapping[int, Dining],
    residents: Mapping[int, Resident],
    had_ms: Mapping[int, int],
    failed: Mapping[int, str],
) -> list[Portion]:
    """The portions in the order of a round through the houses.

    Who has left is cooked for no more, unless a portion went out all the same.
    """
    known = {
        resident_id: residents[resident_id]
        for resident_id in wanted.keys() | failed.keys()
        if resident_id in residents
        and (residents[resident_id].status is ResidentStatus.ACTIVE or resident_id in failed)
    }
    found = [
        Portion(
            resident,
            wanted.get(resident_id, Dining.DELIVERY),
            had_ms.get(resident_id),
            failed.get(resident_id, ""),
        )
        for resident_id, resident in known.items()
    ]
    return sorted(found, key=lambda each: (_house(each.resident.building), each.resident.name))


def headcount(portions: Sequence[Portion]) -> Headcount:
    return Headcount(
        portions=len(portions),
        by_dining=Counter(each.dining for each in portions),
        by_diet=Counter(warning for each in portions for warning in each.resident.diet),
    )


def deliveries(portions: Iterable[Portion]) -> list[Portion]:
    return [each for each in portions if each.dining is Dining.DELIVERY]


def _house(building: str) -> tuple[int, str]:
    """2 号楼 comes before 10 号楼."""
    number = re.search(r"\d+", building)
    return int(number[0]) if number else 0, building
