"""What accounts come to by the books, over all journals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from kiosk.ledger.accounts import is_own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.tables import balances
from kiosk.plain.refusals import Refusal


class AccountShort(Refusal):
    """The account has less than that."""

    code = "account_short"
    missing_fen: int


def fen_by_account(connection: sa.Connection, region_id: int, accounts: Collection[str]) -> dict[str, int]:
    """Credits less debits; an account that nothing was booked on is left out."""
    c = balances.c
    query = (
        sa.select(c.account, sa.cast(sa.func.sum(c.credits - c.debits), sa.BigInteger))
        .where(c.region_id == region_id, c.account.in_(sorted(accounts)), c.unit == Unit.FEN.value)
        .group_by(c.account)
    )
    return dict(tuple(row) for row in connection.execute(query))


def require_enough(connection: sa.Connection, region_id: int, postings: Iterable[Posting]) -> None:
    """That nobody's own money sinks below zero by them. Raises `AccountShort`."""
    taken_fen: Counter[str] = Counter()
    for each in postings:
        if is_own_money(each.account) and each.unit is Unit.FEN:
            taken_fen[each.account] -= each.quantity
    wanted = {account: fen for account, fen in taken_fen.items() if fen > 0}
    has_fen = fen_by_account(connection, region_id, wanted)
    missing_fen = max((fen - has_fen.get(account, 0) for account, fen in wanted.items()), default=0)
    if missing_fen > 0:
        raise AccountShort(missing_fen=missing_fen)
