"""What the canteen's records may move: the price that the office set for this person, meal and day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol, TypeVar

from kiosk.catalogue.items import ItemKind
from kiosk.catalogue.meal_hours import period_at
from kiosk.catalogue.pricing.tariffs import ANY, NoTariff, TariffRule, rule_for
from kiosk.catalogue.values import Site
from kiosk.common.clock import local_time
from kiosk.ledger.accounts import Account, cash_box, courtesy, own_money, programme, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.judging import (
    ELSEWHERE,
    NOT_AS_SET,
    NOT_ITS_TO_MOVE,
    Judges,
    Known,
    Objection,
    as_expected,
    moves,
    moves_nothing,
)
from kiosk.ledger.entries import Posting
from kiosk.ledger.records import Record
from kiosk.people.residents import Resident, Visitor, age_on
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.beside.records import TAKEN_AWAY, VOLUNTEER_MEAL, VolunteerFed, decode_fed
from kiosk.services.canteen.beside.volunteers import CATEGORY, for_volunteers
from kiosk.services.canteen.extras.selling import MOST_OF_ONE, SERVICE
from kiosk.services.canteen.items import PRODUCT
from kiosk.services.canteen.records import (
    DELIVERED,
    GUEST_MEAL,
    MEAL_SERVED,
    NOBODY,
    SALE,
    Line,
    MealServed,
    decode_meal,
    decode_sold,
)
from kiosk.services.canteen.rules import delivered_meal

V = TypeVar("V")
Rules = tuple[TariffRule, ...]
NOT_ITS_HOUR = "not_its_hour"  # the meal was not being served at the record's own time
MUCH_DEARER = 2  # by so much a price that the office has forgotten may have been above the dearest it knows


class KnownToCanteen(Known, Protocol):
    """What the office knows of prices and people."""

    def rules_at(self, revision: int) -> Rules | None:
        """The price rules as they were at a revision of the catalogue; None: it is not known any more."""

    @property
    def all_rules(self) -> Rules:
        """Every price rule that the office has, or had."""

    def people(self, resident_id: int) -> Iterator[Resident | Visitor]:
        """A resident as the catalogue has them now, and then as it had them; nobody if it never did."""

    def site(self, name: str) -> Collection[Site]:
        """A site as the catalogue has it now, and as it had it; nothing if it never did."""

    def ever(self, kind: ItemKind[V]) -> Sequence[V] | None:
        """What items of a kind say and have said; None: the office does not know any more."""

    @property
    def forgot(self) -> bool:
        """Whether an item may have said more than is known."""


def judge_meal(record: Record, known: KnownToCanteen) -> Objection | None:
    """One portion: the resident pays their part with money or as courtesy, programmes pay theirs."""
    meal = decode_meal(record.body)
    if meal.site not in known.sites:
        return Objection(ELSEWHERE)
    own, lent = own_money(meal.resident_id), courtesy(meal.resident_id)
    own_fen = lent_fen = 0
    for each in record.postings:
        if each.account == own or each.account == lent:
            if each.quantity > 0 or each.unit is not Unit.FEN:
                return Objection(NOT_ITS_TO_MOVE)
            if each.account == own:
                own_fen -= each.quantity
            else:
                lent_fen -= each.quantity
    first: Sequence[Posting] = ()
    rules = known.rules_at(record.tariff_revision)
    if rules is None:
        return _within_prices(record, meal.site, meal.meal, (own, lent), known)
    if not _is_its_hour(record, meal, known, delivered=meal.level == DELIVERED):
        return Objection(NOT_ITS_HOUR)
    for rule in _rules_for(meal, rules, known):
        expected = _meal_postings(rule, meal, own_fen, lent_fen)
        if own_fen + lent_fen == _own_fen(rule, meal) and as_expected(record, expected) is None:
            return None
        first = first or _meal_postings(rule, meal, _own_fen(rule, meal), 0)
    return Objection(NOT_AS_SET, first)


def _rules_for(meal: MealServed, rules: Rules, known: KnownToCanteen) -> Iterator[TariffRule]:
    """The rule that holds for this person, as the office has or had them; the likeliest first.

    Of whoever is forgotten neither age nor category is known: each rule that could hold for somebody.
    """
    anybody = False
    for person in known.people(meal.resident_id):
        anybody = True
        age = age_on(person.born, meal.day)
        rule = _rule(rules, meal.site, meal.meal, meal.day, age, person.categories)
        if rule is not None:
            yield rule
    if not anybody:
        yield from _holding(rules, meal.site, meal.meal, meal.day)


@lru_cache(maxsize=4096)
def _rule(
    rules: Rules, site: str, meal: str, day: date, age: int, categories: tuple[str, ...]
) -> TariffRule | None:
    try:
        return rule_for(rules, site=site, meal=meal, day=day, age=age, categories=categories)
    except NoTariff:
        return None


def _holding(rules: Iterable[TariffRule], site: str, meal: str, day: date) -> Iterator[TariffRule]:
    return (
        rule
        for rule in rules
        if rule.meal == meal and rule.site in (ANY, site) and rule.first_day <= day <= rule.last_day
    )


def _own_fen(rule: TariffRule, meal: MealServed) -> int:
    return rule.own_fen if meal.portion == 1 else rule.full_fen


def _meal_postings(rule: TariffRule, meal: MealServed, own_fen: int, courtesy_fen: int) -> Sequence[Posting]:
    """In the order in which kiosks write them, so that most are found alike at a glance."""
    own = (Posting(own_money(meal.resident_id), -own_fen),) if own_fen else ()
    lent = (Posting(courtesy(meal.resident_id), -courtesy_fen),) if courtesy_fen else ()
    return (*own, *lent, *_others(rule, meal.portion == 1, meal.site))


@lru_cache(maxsize=4096)
def _others(rule: TariffRule, is_subsidised: bool, site: str) -> Sequence[Posting]:
    """What does not turn on who eats: the programmes' parts, and what the canteen earns."""
    shares = [Posting(programme(each.programme), -each.fen) for each in rule.shares if is_subsidised]
    postings = (*shares, Posting(revenue("canteen", site), rule.full_fen))
    return tuple(each for each in postings if each.quantity)


def _within_prices(
    record: Record, site: str, meal: str, payers: Collection[Account], known: KnownToCanteen
) -> Objection | None:
    """A price of before the office kept old ones: who pays and who earns, and no more than prices are."""
    most_fen = MUCH_DEARER * max((each.full_fen for each in known.all_rules if each.meal == meal), default=0)
    for (account, unit), quantity in moves(record.postings).items():
        is_earned = account == revenue("canteen", site) and quantity > 0
        is_paid = (account in payers or account.startswith(programme(""))) and quantity < 0
        if not (is_earned or is_paid) or unit is not Unit.FEN:
            return Objection(NOT_ITS_TO_MOVE)
        if known.all_rules and abs(quantity) > most_fen:
            return Objection(NOT_AS_SET)
    return None


def judge_volunteer_meal(record: Record, known: KnownToCanteen) -> Objection | None:
    fed = decode_fed(record.body)
    if fed.site not in known.sites:
        return Objection(ELSEWHERE)
    rules = known.rules_at(record.tariff_revision)
    if rules is None:
        return _within_prices(record, fed.site, fed.meal, (), known)
    if not _is_its_hour(record, fed, known):
        return Objection(NOT_ITS_HOUR)
    rule = _rule(for_volunteers(rules), fed.site, fed.meal, fed.day, 0, (CATEGORY,))
    if rule is None or rule.own_fen:
        return Objection(NOT_AS_SET)
    return as_expected(record, _fed_postings(rule, fed.site))


def _is_its_hour(
    record: Record, meal: MealServed | VolunteerFed, known: KnownToCanteen, delivered: bool = False
) -> bool:
    """Whether it was this meal's hour by the record's own time, or not long over for one taken to a door.

    A kiosk names the meal by the very time that it writes down, however wrong its clock is.
    """
    sites = known.site(meal.site)
    for site in sites:
        if _is_hour_at(site, record, meal, delivered):
            return True
    return not sites


def _is_hour_at(site: Site, record: Record, meal: MealServed | VolunteerFed, delivered: bool) -> bool:
    local = local_time(record.wall_ms, site.time_zone)
    if not delivered:
        period = period_at(site, local)
        return period is not None and period.meal == meal.meal and local.date() == meal.day
    try:
        return bool(delivered_meal(site, local, meal.day, meal.meal))
    except Refusal:
        return False


def _fed_postings(rule: TariffRule, site: str) -> Sequence[Posting]:
    shares = [Posting(programme(share.programme), -share.fen) for share in rule.shares]
    return (*shares, Posting(revenue("canteen", site), rule.full_fen))


def judge_sale(record: Record, known: KnownToCanteen) -> Objection | None:
    """Products and guests' meals at the office's prices, paid from one account or in cash."""
    sold = decode_sold(record.body)
    if sold.site not in known.sites:
        return Objection(ELSEWHERE)
    if not all(0 < line.quantity <= MOST_OF_ONE and _is_priced(line, known) for line in sold.lines):
        return Objection(NOT_AS_SET)
    payer = own_money(sold.resident_id) if sold.resident_id != NOBODY else cash_box(sold.site)
    price_fen = sum(line.fen for line in sold.lines)
    return as_expected(record, (Posting(payer, -price_fen), Posting(revenue(SERVICE, sold.site), price_fen)))


def _is_priced(line: Line, known: KnownToCanteen) -> bool:
    if line.unit_fen < 0:
        return False
    if line.product == GUEST_MEAL:
        prices = {rule.full_fen for rule in known.all_rules}
        return line.unit_fen in prices or not prices
    products = known.ever(PRODUCT)
    known_fen = {each.price_fen for each in products or () if each.id == line.product}
    return not products or line.unit_fen in known_fen or (known.forgot and not known_fen)


JUDGES: Judges = {
    MEAL_SERVED: judge_meal,
    VOLUNTEER_MEAL: judge_volunteer_meal,
    SALE: judge_sale,
    TAKEN_AWAY: moves_nothing,
}
