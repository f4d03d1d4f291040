"""Serving a portion: look, decide and write in one transaction of the journal.

Whoever must be asked is asked between two transactions, once: the second looks at everything again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.catalogue.meal_hours import Meal
from kiosk.catalogue.pricing.quotes import Quote
from kiosk.catalogue.reader import Tariff
from kiosk.catalogue.values import Site
from kiosk.common.clock import local_time
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone, person_of
from kiosk.common.purses import purse_of
from kiosk.ledger.accounts import courtesy, own_money, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.asking import Answer, Verdict
from kiosk.ledger.entries import Posting, posting
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment, paid_by, turnover_fen
from kiosk.ledger.rights import Purse, courtesy_given_fen
from kiosk.ledger.sql import Row
from kiosk.people.identify import Identified, active_resident
from kiosk.people.residents import Resident
from kiosk.services.canteen import rules
from kiosk.services.canteen.caps.courtesy import CourtesyCaps, Payment, caps_of, pay
from kiosk.services.canteen.caps.limits import check_limit, day_limit_fen
from kiosk.services.canteen.errors import (
    AlreadyServed,
    EatenElsewhere,
    MealAlreadyServed,
    MoneyOnItsWay,
)
from kiosk.services.canteen.records import (
    DELIVERED,
    MEAL_SERVED,
    VOUCHED_BY_STAFF,
    MealServed,
    decode_meal,
)
from kiosk.services.canteen.saying.birthdays import is_greeted
from kiosk.services.canteen.saying.results import Delivered, Served
from kiosk.services.canteen.tables import earlier_servings, had_in_day_fen, portions_of, portions_with

SUBSIDISED = 1  # the portion that a resident is due once in each meal period
FETCHING_MS = 4000  # a right that another kiosk has not given back by then is not waited for


@dataclass(frozen=True, slots=True)
class _Eater:
    """Who eats, and by which card: number, level and its chip's counter, all 0 when staff vouch.

    `day_limit_fen`: what the card is good for in one day; None for no limit, as when staff vouch.
    `vouched_for`: the code of what the card was refused for before that.
    """

    resident: Resident
    card_number: int = 0
    level: int = VOUCHED_BY_STAFF
    counter: int = 0
    day_limit_fen: int | None = None
    vouched_for: str = ""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked for; `again` a portion beyond the subsidised one. Staff's requests have an id."""

    eater: _Eater
    site: Site
    meal: Meal
    at: Moment
    again: bool = False
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """What only the office can tell: a right to so much more, and whether this meal was had elsewhere."""

    need_fen: int
    portion: int


class Canteen:
    """The canteen of one site."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._site, self._site_now = here.site, here.site_now
        self._asking = here.asking
        # By resident: since when (monotonic ms) the office has been fetching money from another kiosk.
        self._fetching_since: dict[int, int] = {}

    def answer(self, who: Identified, at: Moment) -> Outcome:
        """One tap: the subsidised portion of this meal period, once. Raises a `Refusal`."""
        site = self._site_now()
        meal = rules.open_meal(site, local_time(at.wall_ms, site.time_zone))
        limit_fen = day_limit_fen(site, who)
        eater = _Eater(who.resident, who.card.number, int(who.level), who.counter, limit_fen)
        return self._serve(_Request(eater, site, meal, at))

    def second_portion(self, resident_id: int, request_id: str) -> Outcome:
        """Another portion at full price, asked for by staff. A repeated request gets its first answer."""
        return self._vouched(_Eater(self._active(resident_id)), request_id, again=True)

    def serve_known(self, resident_id: int, request_id: str, vouched_for: str = "") -> Outcome:
        """The subsidised portion of somebody whose face staff know. Raises a `Refusal`, as a tap.

        `vouched_for`: one of `rules.VOUCHED_FOR`, or empty where no card was laid down.
        """
        assert not vouched_for or vouched_for in rules.VOUCHED_FOR, vouched_for
        eater = _Eater(self._active(resident_id), vouched_for=vouched_for)
        return self._vouched(eater, request_id, again=False)

    def deliver(self, resident_id: int, day: date, meal: str, request_id: str) -> Outcome:
        """The subsidised portion that was taken to somebody's door, booked to its own meal and day.

        A repeated request is told what the first one came to. Raises a `Refusal`.
        """
        eater = _Eater(self._active(resident_id), level=DELIVERED)
        with self._journal.writing() as writing:
            first = self._first_answer(writing, request_id)
        if first is not None:
            return replace(first, tone=Tone.TOLD, code="already_delivered")
        at, site = self._clock.sure_now(), self._site_now()
        delivered = rules.delivered_meal(site, local_time(at.wall_ms, site.time_zone), day, meal)
        try:
            return self._serve(_Request(eater, site, delivered, at, request_id=request_id))
        except (AlreadyServed, EatenElsewhere) as had:
            # Another portion is for whoever stands at the counter, and for the meal of now.
            when = had.at if isinstance(had, AlreadyServed) else had.place
            raise MealAlreadyServed(meal=meal, day=day.isoformat(), at=when) from had

    def had_ms(
        self, connection: sa.Connection, resident_ids: Iterable[int], day: date, meal: str
    ) -> dict[int, int]:
        """When each of these had the first portion of a meal here, Unix ms; who had none is left out."""
        found = {each: self._had(connection, each, day, meal) for each in resident_ids}
        return {
            resident_id: wall_ms
            for resident_id, had in found.items()
            for portion, wall_ms in had
            if portion == SUBSIDISED
        }

    def _active(self, resident_id: int) -> Resident:
        return active_resident(self._catalogue, resident_id)

    def _vouched(self, eater: _Eater, request_id: str, *, again: bool) -> Outcome:
        with self._journal.writing() as writing:
            first = self._first_answer(writing, request_id)
        if first is not None:
            return first
        at, site = self._clock.sure_now(), self._site_now()
        meal = rules.open_meal(site, local_time(at.wall_ms, site.time_zone))
        return self._serve(_Request(eater, site, meal, at, again, request_id))

    def _serve(self, asked: _Request) -> Outcome:
        with self._journal.writing() as writing:
            done = self._attempt(writing, asked, None)
        if isinstance(done, _Question):
            told = self._ask(asked, done)
            asked = self._known_by_name(asked)
            with self._journal.writing() as writing:
                done = self._attempt(writing, asked, told)
        assert isinstance(done, Outcome), "who was told does not ask again"
        return done

    def _attempt(self, writing: Writing, asked: _Request, told: Answer | None) -> Outcome | _Question:
        """Serve, or say what has to be asked first."""
        first = self._first_answer(writing, asked.request_id)
        if first is not None:
            return first
        portion = self._portion(writing, asked)
        if told is not None and told.verdict is Verdict.EATEN and portion == SUBSIDISED:
            there = self._catalogue.site(told.eaten_at)
            place = there.title.get("zh", there.name) if there else told.eaten_at
            raise EatenElsewhere(place=place, second_fen=self._second_fen(asked))
        tariff = self._catalogue.tariff()  # once: the record names the revision of the very price it used
        quote = self._quote(tariff, asked, portion)
        purse = self._purse(writing, asked.eater, told)
        missing_fen = max(0, quote.own_fen - purse.outstanding)
        provisional = portion == SUBSIDISED and not purse.home
        if told is None and (missing_fen or provisional):
            return _Question(missing_fen, portion)
        self._check_limit(writing, asked, quote)  # with what the office has told of a visitor: the name
        payment = Payment(quote.own_fen)
        if missing_fen and told is not None:
            payment = self._payment(writing, asked, quote, purse, told.verdict)
        region_id, resident = self._journal.key.region_id, asked.eater.resident
        greeting = is_greeted(writing.connection, region_id, resident, asked.meal.day)
        chained = self._sell(writing, asked, quote, payment, portion, provisional, tariff.revision)
        owed_fen = purse.known_courtesy + payment.courtesy_fen
        left_fen = purse.balance - payment.own_fen
        return _outcome(asked.eater, chained, left_fen, owed_fen, greeting, home=purse.home)

    def _known_by_name(self, asked: _Request) -> _Request:
        """Of a visitor the office may have told the rest."""
        resident = self._catalogue.resident(asked.eater.resident.id) or asked.eater.resident
        return dataclasses.replace(asked, eater=dataclasses.replace(asked.eater, resident=resident))

    def _ask(self, asked: _Request, question: _Question) -> Answer:
        first = question.portion == SUBSIDISED
        return self._asking.ask(
            own_money(asked.eater.resident.id),
            question.need_fen,
            resident_id=asked.eater.resident.id,
            day=asked.meal.day.isoformat() if first else "",
            meal=asked.meal.period.meal if first else "",
        )

    def told(self, writing: Writing, chained: Chained) -> Outcome | None:
        """The answer that a portion was, with the balance of now; None if the resident is forgotten."""
        resident = self._catalogue.resident(decode_meal(chained.record.body).resident_id)
        if resident is None:
            return None
        eater = _Eater(resident)
        purse = self._purse(writing, eater, None)
        return _outcome(eater, chained, purse.balance, purse.known_courtesy, home=purse.home)

    def _first_answer(self, writing: Writing, request_id: str | None) -> Outcome | None:
        first = writing.first_answer(request_id) if request_id is not None else None
        return self.told(writing, first) if first is not None else None

    def _portion(self, writing: Writing, asked: _Request) -> int:
        """Which portion of this meal it would be. Raises `AlreadyServed` where the first was had."""
        meal = asked.meal
        had = self._had(writing.connection, asked.eater.resident.id, meal.day, meal.period.meal)
        if asked.again:
            return max((portion for portion, _ in had), default=SUBSIDISED) + 1
        for portion, wall_ms in had:
            if portion == SUBSIDISED:
                served_at = local_time(wall_ms, asked.site.time_zone)
                raise AlreadyServed(at=served_at.strftime("%H:%M"), second_fen=self._second_fen(asked))
        return SUBSIDISED

    def _had(self, connection: sa.Connection, resident_id: int, day: date, meal: str) -> Sequence[Row]:
        wanted = (resident_id, day.isoformat(), meal)
        region_id = self._journal.key.region_id
        earlier = earlier_servings(self._catalogue, region_id, *wanted)
        if earlier:
            return portions_with(earlier, connection, region_id, *wanted)
        return portions_of(connection, region_id, *wanted)

    def _second_fen(self, asked: _Request) -> int:
        return self._quote(self._catalogue.tariff(), asked, SUBSIDISED + 1).own_fen

    def _quote(self, tariff: Tariff, asked: _Request, portion: int) -> Quote:
        first = portion == SUBSIDISED
        return rules.quote(tariff.rules, asked.eater.resident, self._site, asked.meal, first_portion=first)

    def _check_limit(self, writing: Writing, asked: _Request, quote: Quote) -> None:
        eater = asked.eater
        if eater.day_limit_fen is not None:
            day = asked.meal.day.isoformat()
            had_fen = had_in_day_fen(writing.connection, self._journal.key.region_id, eater.resident.id, day)
            check_limit(
                eater.day_limit_fen,
                had_fen,
                quote.full_fen,
                has_photo=lambda: self._catalogue.photo(eater.resident.id) is not None,
            )

    def _purse(self, writing: Writing, eater: _Eater, told: Answer | None) -> Purse:
        return purse_of(writing, self._catalogue, eater.resident.id, told.grant if told else None)

    def _payment(
        self, writing: Writing, asked: _Request, quote: Quote, purse: Purse, verdict: Verdict
    ) -> Payment:
        resident = asked.eater.resident
        since_ms = self._fetching_since.get(resident.id, asked.at.monotonic_ms)
        try:
            payment = pay(
                quote.own_fen,
                purse,
                verdict,
                self._caps(writing, asked.site),
                waited=asked.at.monotonic_ms - since_ms >= FETCHING_MS,
                here=purse.known or resident.home_site == self._site,
            )
        except MoneyOnItsWay:
            self._fetching_since[resident.id] = since_ms
            raise
        self._fetching_since.pop(resident.id, None)
        return payment

    def _caps(self, writing: Writing, site: Site) -> CourtesyCaps:
        pool = self._catalogue.courtesy_pool(self._journal.key.journal_id)
        given_fen = courtesy_given_fen(writing.connection, self._journal.key)
        return caps_of(site, given_fen, pool.repaid_fen if pool else 0)

    def _sell(
        self,
        writing: Writing,
        asked: _Request,
        quote: Quote,
        payment: Payment,
        portion: int,
        provisional: bool,
        tariff_revision: int,
    ) -> Chained:
        served = MealServed(
            resident_id=asked.eater.resident.id,
            card_number=asked.eater.card_number,
            site=self._site,
            day=asked.meal.day,
            meal=asked.meal.period.meal,
            band=quote.rule.band,
            rule_id=quote.rule.id,
            portion=portion,
            level=asked.eater.level,
            provisional=provisional,
            counter=asked.eater.counter,
            vouched_for=asked.eater.vouched_for,
        )
        return writing.append(
            *MEAL_SERVED,
            served,
            *self._postings(quote, payment),
            at=asked.at,
            tariff_revision=tariff_revision,
            request_id=asked.request_id,
        )

    def _postings(self, quote: Quote, payment: Payment) -> list[Posting]:
        own = own_money(quote.resident_id)
        return [
            posting(own, Amount(-payment.own_fen)),
            posting(courtesy(quote.resident_id), Amount(-payment.courtesy_fen)),
            *(posting(each.account, Amount(-each.fen)) for each in quote.tenders if each.account != own),
            posting(revenue("canteen", self._site), Amount(quote.full_fen)),
        ]


def _outcome(
    eater: _Eater,
    chained: Chained,
    balance_fen: int,
    owed_fen: int,
    greeting: bool = False,
    *,
    home: bool,
) -> Outcome:
    """`home`: this kiosk collects the courtesy."""
    record = chained.record
    served = decode_meal(record.body)
    full_fen = turnover_fen(record.postings)
    own_fen = paid_by(own_money(served.resident_id), record.postings)
    courtesy_fen = paid_by(courtesy(served.resident_id), record.postings)
    is_delivered = served.level == DELIVERED
    portion = Served(
        own_fen=own_fen,
        subsidy_fen=full_fen - own_fen - courtesy_fen,
        courtesy_fen=courtesy_fen,
        balance_fen=balance_fen,
        meal=served.meal,
        portion=served.portion,
        owed_fen=owed_fen if courtesy_fen else 0,
        visitor=bool(courtesy_fen) and not home,
        birthday=greeting,
    )
    at_the_door = Delivered(amount_fen=own_fen + courtesy_fen, day=served.day.isoformat(), meal=served.meal)
    return Outcome(
        tone=Tone.GOOD,
        code="delivered" if is_delivered else "served",
        at_ms=record.wall_ms,
        result=at_the_door if is_delivered else portion,
        person=person_of(eater.resident, served.day),
        receipt=chained.receipt,
    )
