"""A change of prices tried on: what each resident would pay at the home site, now and then.

The prices are those of the very function that kiosks ask (`kiosk.services.canteen.rules.quote`). For people
who pay alike it is asked once: a price looks at site, meal, day, age and categories of somebody alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.meal_hours import Meal
from kiosk.catalogue.pricing.quotes import Quote
from kiosk.catalogue.pricing.tariffs import NoTariff, TariffRule
from kiosk.catalogue.values import MealPeriod, Site
from kiosk.ledger.accounts import own_money
from kiosk.people.residents import Resident, ResidentStatus, age_on
from kiosk.services.canteen.rules import quote
from sync.office.catalogue.published import current_values
from sync.office.services.canteen.prices.changes import RULES, PriceChange, rules_now

DIFFERENCES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Price:
    """Of one subsidised portion, in fen."""

    own_fen: int
    shares: tuple[tuple[str, int], ...]  # by account of the programme

    @property
    def full_fen(self) -> int:
        return self.own_fen + sum(fen for _, fen in self.shares)


@dataclass(frozen=True, slots=True)
class Difference:
    """Somebody who would pay otherwise for a meal. None: there is no price."""

    resident: Resident
    meal: str
    before: Price | None
    after: Price | None


@dataclass(slots=True)
class TriedOn:
    """What a day with one meal of each sort for everybody would come to; sums in fen."""

    day: date
    residents: int = 0
    differing: int = 0  # residents who pay otherwise for at least one meal
    unpriced: int = 0  # meals that had a price and would have none
    own_fen: int = 0  # more from residents; less if negative
    shares_fen: Counter[str] = field(default_factory=Counter)  # more from each programme, by account
    differences: list[Difference] = field(default_factory=list)  # as many as a page has room for


@dataclass(slots=True)
class PaidBy:
    """What one programme would pay on a day with one meal of each sort for everybody."""

    residents: set[int] = field(default_factory=set)
    fen: int = 0


def paid_by_programmes(connection: sa.Connection, region_id: int, day: date) -> Mapping[str, PaidBy]:
    """By account of the programme, for everybody at home in the region."""
    prices = _Prices(list(rules_now(connection, region_id).values()), day)
    found: dict[str, PaidBy] = defaultdict(PaidBy)
    for resident, site in _at_home(connection, region_id):
        for period in site.meals:
            price = prices.of(resident, site, period)
            for account, fen in price.shares if price else ():
                found[account].residents.add(resident.id)
                found[account].fen += fen
    return found


def _at_home(connection: sa.Connection, region_id: int) -> Iterator[tuple[Resident, Site]]:
    sites = {each.name: each for each in current_values(connection, region_id, Kind.SITE)}
    for resident in current_values(connection, region_id, Kind.RESIDENT):
        site = sites.get(resident.home_site)
        if resident.status is ResidentStatus.ACTIVE and site is not None:
            yield resident, site


def try_on(connection: sa.Connection, region_id: int, change: PriceChange, day: date) -> TriedOn:
    """Everybody at home in the region, on that day."""
    now = rules_now(connection, region_id)
    before, then = _Prices(list(now.values()), day), _Prices(RULES.after(change, now), day)
    tried = TriedOn(day)
    for resident, site in _at_home(connection, region_id):
        tried.residents += 1
        _compare(tried, resident, site, before, then)
    return tried


def _compare(tried: TriedOn, resident: Resident, site: Site, before: _Prices, then: _Prices) -> None:
    differs = False
    for period in site.meals:
        old, new = before.of(resident, site, period), then.of(resident, site, period)
        if old != new:
            differs = True
            _sum(tried, old, new)
            if len(tried.differences) < DIFFERENCES_SHOWN:
                tried.differences.append(Difference(resident, period.meal, old, new))
    tried.differing += differs


def _sum(tried: TriedOn, old: Price | None, new: Price | None) -> None:
    """A meal without a price is nobody's money; it is counted by itself."""
    if old is None or new is None:
        tried.unpriced += new is None
        return
    tried.own_fen += new.own_fen - old.own_fen
    tried.shares_fen.update(dict(new.shares))
    tried.shares_fen.subtract(dict(old.shares))


class _Prices:
    """What a day's meals cost by some rules, each sort of person asked for once."""

    def __init__(self, rules: Sequence[TariffRule], day: date) -> None:
        self._rules, self._day = rules, day
        self._known: dict[tuple[str, str, int, tuple[str, ...]], Price | None] = {}

    def of(self, resident: Resident, site: Site, period: MealPeriod) -> Price | None:
        key = (site.name, period.meal, age_on(resident.born, self._day), tuple(resident.categories))
        if key not in self._known:
            self._known[key] = self._asked(resident, site, period)
        return self._known[key]

    def _asked(self, resident: Resident, site: Site, period: MealPeriod) -> Price | None:
        meal = Meal(self._day, period)
        try:
            quoted = quote(self._rules, resident, site.name, meal, first_portion=True)
        except NoTariff:
            return None
        return Price(quoted.own_fen, tuple(_shares(quoted, resident.id)))


def _shares(quoted: Quote, resident_id: int) -> Iterable[tuple[str, int]]:
    mine = own_money(resident_id)
    return ((str(each.account), each.fen) for each in quoted.tenders if each.account != mine)
