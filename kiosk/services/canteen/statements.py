"""What is told to whoever taps with nothing to pay: the balance, and the last meals here.

Read beside the selling, and only for these answers: a tap that is served asks for nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from kiosk.clock import local_time
from kiosk.here import Here
from kiosk.ledger.accounts import courtesy, own_money
from kiosk.ledger.records import Moment, decode, paid_by
from kiosk.ledger.rights import purse
from kiosk.ledger.sql import Row
from kiosk.outcomes import Outcome, PastMeal, Statement
from kiosk.people.residents import Resident
from kiosk.services.canteen.tables import last_meals

MEALS_TOLD = 3
RECORDS_OF_A_MEAL = 8  # portions and what was given back; nobody has more at one meal


class Statements:
    """The statements of one site."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._site = here.journal, here.catalogue, here.site
        self._reader = here.reader

    def added_to(self, outcome: Outcome, resident: Resident, at: Moment) -> Outcome:
        """An answer that took nothing, with how the resident's account stands."""
        return msgspec.structs.replace(outcome, statement=self._of(resident, at))

    def _of(self, resident: Resident, at: Moment) -> Statement:
        key = self._journal.key
        grant = self._catalogue.grant(own_money(resident.id))
        with self._reader.connect() as connection, connection.begin():
            money = purse(connection, key, self._journal.head.seq, resident.id, grant)
            here = last_meals(connection, key.region_id, resident.id, MEALS_TOLD)
        knows = money.known or resident.home_site == self._site
        return Statement(
            balance_fen=money.balance if knows else None,
            owed_fen=money.known_debt,
            as_of=self._as_of(at),
            meals=_latest(here, self._earlier(resident.id)),
        )

    def _as_of(self, at: Moment) -> str:
        heard_ms = self._catalogue.heard().at_ms
        site = self._catalogue.site(self._site)
        if site is None or not heard_ms:
            return ""
        heard, today = (local_time(each, site.time_zone).date() for each in (heard_ms, at.wall_ms))
        return heard.isoformat() if heard != today else ""

    def _earlier(self, resident_id: int) -> list[PastMeal]:
        """Meals of the journals before this one; what was given back of their price is not looked for."""
        own = (own_money(resident_id), courtesy(resident_id))
        paid_fen: dict[tuple[str, str], int] = defaultdict(int)
        portions: dict[tuple[str, str], int] = defaultdict(int)
        limit = MEALS_TOLD * RECORDS_OF_A_MEAL
        for day, meal, served, raw in self._catalogue.earlier_portions(resident_id, limit):
            postings = decode(raw).postings
            paid_fen[day, meal] += sum(paid_by(account, postings) for account in own)
            portions[day, meal] += served
        return [PastMeal(*meal, paid_fen[meal], had) for meal, had in portions.items() if had > 0]


def _latest(here: Sequence[Row], earlier: Sequence[PastMeal]) -> tuple[PastMeal, ...]:
    """Both together. Of a meal that the journal's file knows, the file's word holds.

    Two meals of one day stand in the order they came in, the later first.
    """
    meals = [PastMeal(*row) for row in here]
    known = {(each.day, each.meal) for each in meals}
    meals += [each for each in earlier if (each.day, each.meal) not in known]
    return tuple(sorted(meals, key=lambda each: each.day, reverse=True)[:MEALS_TOLD])
