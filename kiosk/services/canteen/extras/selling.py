"""What is sold beside a resident's own meal: products, and guests' meals. Never subsidised, never owed."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.catalogue.meal_hours import meal_at
from kiosk.catalogue.pricing.tariffs import ANY, NoTariff
from kiosk.catalogue.values import Site
from kiosk.common.clock import local_time
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Paid, Tone, person_of
from kiosk.common.purses import purse_of
from kiosk.ledger.accounts import cash_box, own_money, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import posting
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment, paid_by
from kiosk.people.identify import active_resident
from kiosk.people.residents import Resident
from kiosk.services.canteen import rules
from kiosk.services.canteen.errors import ExtrasNeedMoney, NothingChosen
from kiosk.services.canteen.items import Product, on_sale
from kiosk.services.canteen.records import GUEST_MEAL, NOBODY, SALE, Line, Sold, decode_sold
from kiosk.services.canteen.saying.results import SoldForCash

MOST_OF_ONE = 50  # more is a slip of the finger
SERVICE = "extras"  # whose revenue it is; the canteen's own is proved by the meals alone


class Extras:
    """The extras of one site."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._site, self._site_now = here.site, here.site_now

    def guest_fen(self) -> int:
        """What a guest pays for the meal being served: the highest price of anybody. Raises a `Refusal`."""
        at, site = self._clock.sure_now(), self._site_now()
        meal = rules.open_meal(site, local_time(at.wall_ms, site.time_zone))
        prices = [
            rule.full_fen
            for rule in self._catalogue.tariff().rules
            if rule.meal == meal.period.meal
            and rule.site in (ANY, self._site)
            and rule.first_day <= meal.day <= rule.last_day
        ]
        if not prices:
            raise NoTariff(meal=meal.period.meal, age=0, day=meal.day.isoformat())
        return max(prices)

    def on_sale(self) -> list[Product]:
        """Of the site, by the day of its clock. Raises a `Refusal`."""
        at, site = self._clock.sure_now(), self._site_now()
        return on_sale(self._catalogue, self._site, local_time(at.wall_ms, site.time_zone).date())

    def price_fen(self, chosen: Mapping[str, int]) -> int:
        """What so many of each product come to. Raises a `Refusal`."""
        return sum(each.fen for each in self._lines(chosen))

    def sell(self, chosen: Mapping[str, int], resident_id: int, request_id: str) -> Outcome:
        """Sell so many of each product, to `NOBODY` for cash or from an account. Raises a `Refusal`."""
        with self._journal.writing() as writing:
            return self.told(
                writing,
                writing.once(request_id, lambda: self._sell(writing, chosen, resident_id, request_id)),
            )

    def _sell(
        self, writing: Writing, chosen: Mapping[str, int], resident_id: int, request_id: str
    ) -> Chained:
        at, site = self._clock.sure_now(), self._site_now()
        lines = self._lines(chosen)
        price_fen = sum(each.fen for each in lines)
        payer = cash_box(self._site)
        if resident_id != NOBODY:
            payer = own_money(self._good_for(writing, resident_id, price_fen).id)
        return writing.append(
            *SALE,
            self._sold(resident_id, site, at, lines),
            posting(payer, Amount(-price_fen)),
            posting(revenue(SERVICE, self._site), Amount(price_fen)),
            at=at,
            tariff_revision=self._catalogue.tariff().revision,
            request_id=request_id,
        )

    def told(self, writing: Writing, chained: Chained) -> Outcome:
        """The answer that a sale was, or would be if it were asked again."""
        sold, record = decode_sold(chained.record.body), chained.record
        price_fen = sum(each.fen for each in sold.lines)
        answer = Outcome(
            tone=Tone.GOOD,
            code="sold_for_cash",
            at_ms=record.wall_ms,
            result=SoldForCash(amount_fen=price_fen),
            receipt=chained.receipt,
        )
        if sold.resident_id == NOBODY:
            return answer
        resident = self._catalogue.resident(sold.resident_id)
        purse = purse_of(writing, self._catalogue, sold.resident_id)
        return Outcome(
            tone=Tone.GOOD,
            code="sold",
            at_ms=answer.at_ms,
            result=Paid(
                own_fen=paid_by(own_money(sold.resident_id), record.postings), balance_fen=purse.balance
            ),
            person=person_of(resident, sold.day) if resident else None,
            receipt=answer.receipt,
        )

    def _lines(self, chosen: Mapping[str, int]) -> tuple[Line, ...]:
        prices = {each.id: each.price_fen for each in self.on_sale()}
        if GUEST_MEAL in chosen:
            prices[GUEST_MEAL] = self.guest_fen()
        lines = tuple(
            Line(name, quantity, prices[name])
            for name, quantity in chosen.items()
            if name in prices and 0 < quantity <= MOST_OF_ONE
        )
        if not lines or len(lines) != len(chosen):
            raise NothingChosen
        return lines

    def _sold(self, resident_id: int, site: Site, at: Moment, lines: tuple[Line, ...]) -> Sold:
        local = local_time(at.wall_ms, site.time_zone)
        meal = meal_at(site, local)
        return Sold(resident_id, self._site, local.date(), meal.period.meal if meal else "", lines)

    def _good_for(self, writing: Writing, resident_id: int, price_fen: int) -> Resident:
        resident = active_resident(self._catalogue, resident_id)
        purse = purse_of(writing, self._catalogue, resident_id)
        if purse.outstanding < price_fen:
            missing_fen = price_fen - max(0, purse.outstanding)
            raise ExtrasNeedMoney(price_fen=price_fen, missing_fen=missing_fen)
        return resident
