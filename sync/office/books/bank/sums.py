"""What accounts come to by the books, over all journals."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.ledger.tables import balances


def fen_by_account(connection: sa.Connection, region_id: int, accounts: Collection[str]) -> dict[str, int]:
    """Credits less debits; an account that nothing was booked on is left out."""
    c = balances.c
    query = (
        sa.select(c.account, sa.cast(sa.func.sum(c.credits - c.debits), sa.BigInteger))
        .where(c.region_id == region_id, c.account.in_(sorted(accounts)), c.unit == Unit.FEN.value)
        .group_by(c.account)
    )
    return dict(tuple(row) for row in connection.execute(query))
