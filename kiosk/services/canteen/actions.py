"""Serving a portion: look, decide and write in one transaction of the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.catalogue import Catalogue, Site, Tariff
from kiosk.clock import Clock, local_time
from kiosk.ledger.accounts import own_money, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import Posting, posting
from kiosk.ledger.journal import Journal, Writing
from kiosk.ledger.records import Chained, Moment, paid_by, turnover_fen
from kiosk.ledger.rights import Grant, Turnover, standing, turnover
from kiosk.ledger.sql import Row
from kiosk.outcomes import Outcome, Tone, person_of
from kiosk.people.errors import CardUnknown, ResidentClosed
from kiosk.people.identify import Identified
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.pricing.quotes import Quote
from kiosk.services.canteen import rules
from kiosk.services.canteen.errors import AlreadyServed, NoCatalogue, NotEnoughMoney, RightElsewhere
from kiosk.services.canteen.records import MEAL_SERVED, MealServed, decode_meal
from kiosk.services.canteen.tables import portions_of

VOUCHED_BY_STAFF = 0  # in place of a card's level
SUBSIDISED = 1  # the portion that a resident is due once in each meal period


@dataclass(frozen=True, slots=True)
class _Eater:
    """Who eats, and by which card: number and level, both 0 when staff vouch."""

    resident: Resident
    card_number: int = 0
    level: int = VOUCHED_BY_STAFF


class Canteen:
    """The canteen of one site."""

    def __init__(self, journal: Journal, catalogue: Catalogue, clock: Clock, site: str) -> None:
        self._journal = journal
        self._catalogue = catalogue
        self._clock = clock
        self._site = site

    def answer(self, who: Identified, at: Moment) -> Outcome:
        """One tap: the subsidised portion of this meal period, once. Raises a `Refusal`."""
        eater = _Eater(who.resident, who.card.number, int(who.level))
        site = self._site_now()
        meal = rules.open_meal(site, local_time(at.wall_ms, site.time_zone))
        with self._journal.writing() as writing:
            for portion, wall_ms in self._portions(writing, eater, meal):
                if portion == SUBSIDISED:
                    served_at = local_time(wall_ms, site.time_zone)
                    another = self._quote(self._catalogue.tariff(), eater.resident, meal, portion + 1)
                    raise AlreadyServed(at=served_at.strftime("%H:%M"), second_fen=another.own_fen)
            return self._sell(writing, eater, meal, at, portion=SUBSIDISED)

    def second_portion(self, resident_id: int, request_id: str) -> Outcome:
        """Another portion at full price, asked for by staff. A repeated request gets its first answer."""
        resident = self._catalogue.resident(resident_id)
        if resident is None:
            raise CardUnknown
        if resident.status is not ResidentStatus.ACTIVE:
            raise ResidentClosed
        eater = _Eater(resident)
        with self._journal.writing() as writing:
            first = writing.first_answer(request_id)
            if first is not None:
                return _outcome(eater, first, standing(*self._right(writing, resident_id)).balance)
            at = self._clock.sure_now()
            site = self._site_now()
            meal = rules.open_meal(site, local_time(at.wall_ms, site.time_zone))
            had = [portion for portion, _ in self._portions(writing, eater, meal)]
            portion = max(had, default=SUBSIDISED) + 1
            return self._sell(writing, eater, meal, at, portion=portion, request_id=request_id)

    def _site_now(self) -> Site:
        site = self._catalogue.site(self._site)
        if site is None:
            raise NoCatalogue
        return site

    def _portions(self, writing: Writing, eater: _Eater, meal: rules.Meal) -> Sequence[Row]:
        region_id = self._journal.key.region_id
        day, name = meal.day.isoformat(), meal.period.meal
        earlier = self._catalogue.earlier_portions(eater.resident.id, day, name)
        return [*earlier, *portions_of(writing.connection, region_id, eater.resident.id, day, name)]

    def _sell(
        self,
        writing: Writing,
        eater: _Eater,
        meal: rules.Meal,
        at: Moment,
        *,
        portion: int,
        request_id: str | None = None,
    ) -> Outcome:
        tariff = self._catalogue.tariff()  # once: the record names the revision of the very price it used
        quote = self._quote(tariff, eater.resident, meal, portion)
        balance_fen = self._checked_balance_fen(writing, eater.resident, quote)
        served = MealServed(
            resident_id=eater.resident.id,
            card_number=eater.card_number,
            site=self._site,
            day=meal.day,
            meal=meal.period.meal,
            band=quote.rule.band,
            rule_id=quote.rule.id,
            portion=portion,
            level=eater.level,
        )
        chained = writing.append(
            *MEAL_SERVED,
            served,
            *self._postings(quote),
            at=at,
            tariff_revision=tariff.revision,
            request_id=request_id,
        )
        return _outcome(eater, chained, balance_fen - quote.own_fen)

    def _quote(self, tariff: Tariff, resident: Resident, meal: rules.Meal, portion: int) -> Quote:
        first = portion == SUBSIDISED
        return rules.quote(tariff.rules, resident, self._site, meal, first_portion=first)

    def _checked_balance_fen(self, writing: Writing, resident: Resident, quote: Quote) -> int:
        """The balance before the sale, or a refusal if this kiosk may not spend as much."""
        grant, here = self._right(writing, resident.id)
        now = standing(grant, here)
        if quote.own_fen <= now.outstanding:
            return now.balance
        figures = {
            "price_fen": quote.own_fen,
            "balance_fen": now.balance,
            "missing_fen": quote.own_fen - now.balance,
        }
        unknown_here = grant is None and resident.home_site != self._site
        if unknown_here or now.balance >= quote.own_fen:
            raise RightElsewhere(**figures)
        raise NotEnoughMoney(**figures)

    def _right(self, writing: Writing, resident_id: int) -> tuple[Grant | None, Turnover]:
        """What the office granted to this very journal, and what was moved here since."""
        account = own_money(resident_id)
        grant = self._catalogue.grant(account)
        if grant is not None and grant.journal_id != self._journal.key.journal_id:
            grant = None  # of an enrolment before this one: its right ended with its journal
        return grant, turnover(writing.connection, self._journal.key, account)

    def _postings(self, quote: Quote) -> list[Posting]:
        earned = posting(revenue("canteen", self._site), Amount(quote.full_fen))
        return [*(posting(tender.account, Amount(-tender.fen)) for tender in quote.tenders), earned]


def _outcome(eater: _Eater, chained: Chained, balance_fen: int) -> Outcome:
    record = chained.record
    served = decode_meal(record.body)
    full_fen = turnover_fen(record.postings)
    own_fen = paid_by(own_money(served.resident_id), record.postings)
    return Outcome(
        tone=Tone.GOOD,
        code="served",
        at_ms=record.wall_ms,
        figures={
            "own_fen": own_fen,
            "subsidy_fen": full_fen - own_fen,
            "balance_fen": balance_fen,
            "meal": served.meal,
            "portion": served.portion,
        },
        person=person_of(eater.resident, served.day),
        receipt=chained.receipt,
    )
