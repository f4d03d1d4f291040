"""Meals of volunteers who have no account here: the office says who pays for them, or there are none.

A volunteer who is a resident needs none of this: the tariff knows the category, with the card or without.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.catalogue.meal_hours import Meal
from kiosk.catalogue.pricing.tariffs import TariffRule, rule_for
from kiosk.common.clock import local_time
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.accounts import programme, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import posting
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, turnover_fen
from kiosk.ledger.sql import run
from kiosk.services.canteen import rules
from kiosk.services.canteen.beside.records import VOLUNTEER_MEAL, VolunteerFed, decode_fed
from kiosk.services.canteen.errors import VolunteerPays, VolunteerUnnamed
from kiosk.services.canteen.records import NOBODY
from kiosk.services.canteen.saying.results import VolunteerServed

CATEGORY = "volunteer"
LONGEST_NAME = 20
ANY_AGE = 200  # nobody asks a volunteer's age: the rule has to hold for every age there is


def for_volunteers(rules: Iterable[TariffRule]) -> tuple[TariffRule, ...]:
    """Those that say who pays for a volunteer, whoever it is."""
    return tuple(
        rule for rule in rules if rule.category == CATEGORY and rule.from_age == 0 and rule.to_age >= ANY_AGE
    )


class Volunteers:
    """The volunteers' meals of one site."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._site, self._site_now = here.site, here.site_now

    def rule(self) -> TariffRule:
        """Who pays for a volunteer's meal now. Raises `NoTariff`, `VolunteerPays` or why there is no meal."""
        at, site = self._clock.sure_now(), self._site_now()
        return self._rule(rules.open_meal(site, local_time(at.wall_ms, site.time_zone)))

    def feed(self, volunteer: str, request_id: str) -> Outcome:
        """One portion for somebody who is named. Raises a `Refusal`."""
        with self._journal.writing() as writing:
            return self.told(
                writing, writing.once(request_id, lambda: self._feed(writing, volunteer, request_id))
            )

    def _feed(self, writing: Writing, volunteer: str, request_id: str) -> Chained:
        name = volunteer.strip()
        if not 0 < len(name) <= LONGEST_NAME:
            raise VolunteerUnnamed
        at, site = self._clock.sure_now(), self._site_now()
        meal = rules.open_meal(site, local_time(at.wall_ms, site.time_zone))
        rule = self._rule(meal)
        return writing.append(
            *VOLUNTEER_MEAL,
            VolunteerFed(self._site, meal.day, meal.period.meal, rule.band, rule.id, name),
            *(posting(programme(share.programme), Amount(-share.fen)) for share in rule.shares),
            posting(revenue("canteen", self._site), Amount(rule.full_fen)),
            at=at,
            tariff_revision=self._catalogue.tariff().revision,
            request_id=request_id,
        )

    def portions(self, connection: sa.Connection) -> int:
        """How many volunteers were fed at the meal being served. Raises why there is none."""
        at, site = self._clock.sure_now(), self._site_now()
        meal = rules.open_meal(site, local_time(at.wall_ms, site.time_zone))
        wanted = (self._journal.key.region_id, NOBODY, meal.day.isoformat(), meal.period.meal)
        return int(run(connection, _PORTIONS, wanted)[0][0])

    def told(self, _writing: Writing, chained: Chained) -> Outcome:
        """The answer that such a meal was."""
        record = chained.record
        fed = decode_fed(record.body)
        price_fen = turnover_fen(record.postings)
        return Outcome(
            tone=Tone.GOOD,
            code="volunteer_fed",
            at_ms=record.wall_ms,
            result=VolunteerServed(volunteer=fed.volunteer, meal=fed.meal, price_fen=price_fen),
            receipt=chained.receipt,
        )

    def _rule(self, meal: Meal) -> TariffRule:
        rule = rule_for(
            for_volunteers(self._catalogue.tariff().rules),
            site=self._site,
            meal=meal.period.meal,
            day=meal.day,
            age=0,
            categories=(CATEGORY,),
        )
        if rule.own_fen:
            raise VolunteerPays(price_fen=rule.own_fen)
        return rule


_PORTIONS = (
    "SELECT coalesce(sum(served), 0) FROM servings INDEXED BY servings_by_resident"
    " WHERE region_id = ? AND resident_id = ? AND day = ? AND meal = ?"
)
