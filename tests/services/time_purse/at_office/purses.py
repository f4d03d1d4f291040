"""How many minutes everybody has, whichever kiosk gave them."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.accounts import resident_of
from kiosk.ledger.amount import Unit
from kiosk.ledger.sql import run


def purses(connection: sa.Connection, region_id: int) -> list[tuple[int, int]]:
    """Residents and their minutes, in order."""
    rows = run(connection, _PURSES, (region_id, Unit.MINUTE.value))
    return sorted((resident_of(account) or 0, int(minutes)) for account, minutes in rows)


_PURSES = (
    "SELECT account, sum(credits - debits) FROM balances"
    " WHERE region_id = ? AND unit = ? AND account > 'own/' AND account < 'own0' GROUP BY account"
)
