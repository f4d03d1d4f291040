"""Spending rights: how much of an account this kiosk may spend without asking anyone.

Four sums that only grow, per account and journal: granted (by the office), topped up here, spent here,
returned. Outstanding = granted + topped up - returned - spent. The office grants only from what no other
journal holds, so no cut in the network can overdraw an account.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Unit
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """The office's word on one account for one journal, as the catalogue brings it.

    `balance` is over all journals, and `credits` and `debits` are this journal's part in it as far as the
    office had it then. The journal's head at that time binds the grant to one history of the kiosk.
    """

    account: Account
    unit: Unit
    journal_id: bytes
    granted: int
    balance: int
    credits: int
    debits: int
    head_seq: int
    head_hash: bytes
    home: bool = True  # this journal holds the resident's entitlements, and collects what they owe
    owed: int = 0  # courtesy given by others that this journal is to collect, in all: it only grows


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """The office asks a journal to give back what it does not need; `returned` is how much in all."""

    account: Account
    unit: Unit
    returned: int


class CourtesyPool(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the courtesy that a journal gave has been repaid anywhere, in all."""

    repaid_fen: int


@dataclass(frozen=True, slots=True)
class Turnover:
    """What this journal put on (`credits`) and took off (`debits`) one account since it began."""

    credits: int = 0
    debits: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as this kiosk sees it now; all in the account's unit."""

    outstanding: int  # may be spent here without asking
    balance: int  # the office's balance at the catalogue's revision, with this kiosk's own records since


def standing(grant: Grant | None, here: Turnover) -> Standing:
    """Arithmetic only: what may be spent, and what balance to show."""
    own = here.credits - here.debits
    if grant is None:
        return Standing(outstanding=own, balance=own)
    return Standing(
        outstanding=grant.granted + own,
        balance=grant.balance + own - (grant.credits - grant.debits),
    )


_TURNOVER = (
    "SELECT credits, debits FROM balances WHERE region_id = ? AND journal_id = ? AND account = ? AND unit = ?"
)


def turnover(
    connection: sa.Connection, journal: JournalKey, account: Account, unit: Unit = Unit.FEN
) -> Turnover:
    wanted = (journal.region_id, journal.journal_id, account, unit.value)
    found = run(connection, _TURNOVER, wanted)
    return Turnover(*found[0]) if found else Turnover()
