"""The last meals that a resident had here, for whoever taps with nothing to pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.common.here import Here
from kiosk.common.outcomes import PastMeal
from kiosk.ledger.accounts import courtesy, own_money
from kiosk.ledger.records import decode, paid_by
from kiosk.ledger.sql import Row
from kiosk.services.canteen.tables import last_meals

MEALS_TOLD = 3
RECORDS_OF_A_MEAL = 8  # portions and what was given back; nobody has more at one meal


def last_had(here: Here, connection: sa.Connection, resident_id: int) -> Sequence[PastMeal]:
    """The latest first. `connection` is on the journal's file."""
    rows = last_meals(connection, here.journal.key.region_id, resident_id, MEALS_TOLD)
    return _latest(rows, _earlier(here, resident_id))


def _earlier(here: Here, resident_id: int) -> list[PastMeal]:
    """Meals of the journals before this one; what was given back of their price is not looked for."""
    own = (own_money(resident_id), courtesy(resident_id))
    paid_fen: dict[tuple[str, str], int] = defaultdict(int)
    portions: dict[tuple[str, str], int] = defaultdict(int)
    limit = MEALS_TOLD * RECORDS_OF_A_MEAL
    for day, meal, served, raw in here.catalogue.earlier_portions(resident_id, limit):
        postings = decode(raw).postings
        paid_fen[day, meal] += sum(paid_by(account, postings) for account in own)
        portions[day, meal] += served
    return [PastMeal(*meal, paid_fen[meal], had) for meal, had in portions.items() if had > 0]


def _latest(here: Sequence[Row], earlier: Sequence[PastMeal]) -> Sequence[PastMeal]:
    """Both together. Of a meal that the journal's file knows, the file's word holds.

    Two meals of one day stand in the order they came in, the later first.
    """
    meals = [PastMeal(*row) for row in here]
    known = {(each.day, each.meal) for each in meals}
    meals += [each for each in earlier if (each.day, each.meal) not in known]
    return sorted(meals, key=lambda each: each.day, reverse=True)[:MEALS_TOLD]
