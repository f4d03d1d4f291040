"""Whom to greet."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from kiosk.people.residents import Resident, has_birthday
from kiosk.services.canteen.tables import last_meals


def is_greeted(connection: sa.Connection, region_id: int, resident: Resident, day: date) -> bool:
    """Whether the portion about to be served is the first of a birthday: once aloud is enough."""
    if not resident.name or not has_birthday(resident.born, day):
        return False
    last = last_meals(connection, region_id, resident.id, 1)
    return not last or last[0][0] != day.isoformat()
