"""The canteen's rules: which meal it is, and what a portion costs. Pure: no clock, no files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from kiosk.catalogue.meal_hours import Meal, meal_at, next_meal
from kiosk.catalogue.pricing.quotes import Quote, subsidised, unsubsidised
from kiosk.catalogue.pricing.tariffs import TariffRule, rule_for
from kiosk.catalogue.values import Site
from kiosk.common.claims import NothingOffered
from kiosk.people.errors import (
    PAST_USE,
    CardBlocked,
    CardClosed,
    CardCopied,
    CardReplaced,
    CardUnproved,
    CardUnreadable,
)
from kiosk.people.residents import Resident, age_on
from kiosk.services.canteen.errors import (
    DeliveryTooEarly,
    DeliveryTooOld,
    MealUnknown,
    NeedsPhoto,
    OutsideMealHours,
)

DELIVERY_DAYS = 3  # a scanner may lie in a bag over the weekend

# Codes of refusals in whose place staff may look at the face: it is known who stands there.
VOUCHED_FOR = frozenset(
    each.code for each in (NeedsPhoto, CardUnproved, CardUnreadable, CardCopied, *PAST_USE)
)
# These say nothing of who holds it: without a name to ask for, nobody can see that it is them.
OF_ANYBODY = frozenset(each.code for each in PAST_USE)
# Of these a person at the office hears: somebody held a card that should be in nobody's hand.
VOUCHED_FOR_REVIEWED = frozenset(each.code for each in (CardBlocked, CardReplaced, CardClosed, CardCopied))


def open_meal(site: Site, local: datetime) -> Meal:
    """The meal being served, or why there is none: `OutsideMealHours` with when the next one opens."""
    meal = meal_at(site, local)
    if meal is not None:
        return meal
    raise closed(site, local) or NothingOffered()


def closed(site: Site, local: datetime) -> OutsideMealHours | None:
    """When the next meal opens, of a site that serves any."""
    coming = next_meal(site, local)
    if coming is None:
        return None
    return OutsideMealHours(
        next_meal=coming.period.meal,
        opens=coming.period.opens.strftime("%H:%M"),
        today=coming.day == local.date(),
    )


def delivered_meal(site: Site, local: datetime, day: date, meal: str) -> Meal:
    """The meal that was taken to a door, which may be over by the time that it is told.

    Raises `DeliveryTooOld`, `DeliveryTooEarly` or `MealUnknown`.
    """
    period = next((each for each in site.meals if each.meal == meal), None)
    if period is None:
        raise MealUnknown(meal=meal)
    if day > local.date():
        raise DeliveryTooEarly(meal=meal, day=day.isoformat())
    if day < local.date() - timedelta(days=DELIVERY_DAYS):
        raise DeliveryTooOld(meal=meal, day=day.isoformat(), days=DELIVERY_DAYS)
    return Meal(day, period)


def quote(
    rules: Iterable[TariffRule], resident: Resident, site: str, meal: Meal, *, first_portion: bool
) -> Quote:
    """The price of one portion: subsidised once in each meal period, then full. Raises `NoTariff`."""
    rule = rule_for(
        rules,
        site=site,
        meal=meal.period.meal,
        day=meal.day,
        age=age_on(resident.born, meal.day),
        categories=resident.categories,
    )
    return (subsidised if first_portion else unsubsidised)(rule, resident.id)
