"""The last meals that a resident had here, for whoever taps with nothing to pay."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.common.here import Here
from kiosk.common.outcomes import PastMeal
from kiosk.ledger.sql import Row
from kiosk.services.canteen.tables import earlier_meals, last_meals

MEALS_TOLD = 3


def last_had(here: Here, connection: sa.Connection, resident_id: int) -> Sequence[PastMeal]:
    """The latest first. `connection` is on the journal's file."""
    wanted = (here.journal.key.region_id, resident_id, MEALS_TOLD)
    return _latest(last_meals(connection, *wanted), earlier_meals(here.catalogue, *wanted))


def _latest(here: Sequence[Row], earlier: Sequence[Row]) -> Sequence[PastMeal]:
    """Both together. Of a meal that the journal's file knows, the file's word holds.

    Two meals of one day stand in the order they came in, the later first.
    """
    meals = [PastMeal(*row) for row in here]
    known = {(each.day, each.meal) for each in meals}
    meals += [each for each in (PastMeal(*row) for row in earlier) if (each.day, each.meal) not in known]
    return sorted(meals, key=lambda each: each.day, reverse=True)[:MEALS_TOLD]
