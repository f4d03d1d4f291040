"""What every kiosk is told of everybody: as much as a price away from home needs, and no more.

The whole entry goes to the kiosks of the home site alone: a kiosk stands in public, and can be carried away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.catalogue.pricing.tariffs import ANY, TariffRule
from kiosk.people.residents import Resident, Visitor, age_on


@dataclass(frozen=True, slots=True)
class Needs:
    """What the price rules look at: the ages at which a price may change, and categories by name."""

    ages: frozenset[int]
    categories: frozenset[str]


def needs_of(rules: Iterable[TariffRule], categories: Iterable[str] = ()) -> Needs:
    """`categories`: those that other prices are for."""
    rules = tuple(rules)
    ages = {age for rule in rules for age in (rule.from_age, rule.to_age + 1)}
    return Needs(frozenset(ages), frozenset((*(rule.category for rule in rules), *categories)) - {ANY})


def visitor_of(resident: Resident, needs: Needs, today: date) -> Visitor:
    return Visitor(
        id=resident.id,
        born=_born(resident.born, needs.ages, today),
        categories=tuple(each for each in resident.categories if each in needs.categories),
        diet=resident.diet,
        status=resident.status,
    )


def _born(born: date, ages: Iterable[int], today: date) -> date:
    """The day of birth while a price may still turn on it, then the first day of the year.

    That makes somebody older by less than a year, which no age still ahead of them can notice.
    """
    before = age_on(born, today - _LATE)
    ahead = any(before < age <= _OLDEST for age in ages)
    return born if ahead else date(born.year, 1, 1)


_OLDEST = 200  # `TariffRule.to_age` of a rule without an end
_LATE = timedelta(days=31)  # a meal may be written down days after it was had
