"""Spending rights: how much of an account this kiosk may spend without asking anyone.

Four sums that only grow, per account and journal: granted (by the office), topped up here, spent here,
returned. Outstanding = granted + topped up - returned - spent. The office grants only from what no other
journal holds, so no cut in the network can overdraw an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import Account, courtesy, own_money
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run

RETURN = ("return", 1)
RECALLED, UNUSED = "recalled", "unused"  # why a right was given back


class Returned(msgspec.Struct, array_like=True, frozen=True):
    """A right to spend that this kiosk gave back to the office. The postings say how much."""

    reason: str


class Right(NamedTuple):
    """The part of a grant that the office never takes back; see `Grant`."""

    granted: int
    home: bool
    owed: int


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
    # Courtesy given by others that this journal is to collect, in all. It only grows; with `home` it begins
    # below zero by what the journal gave as a visitor, which is for the former home to collect.
    owed: int = 0

    @property
    def right(self) -> Right:
        return Right(self.granted, self.home, self.owed)


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """The office asks a journal to give back what it does not need; `returned` is how much in all.

    Of the journal that followed it nothing is asked by that.
    """

    account: Account
    unit: Unit
    journal_id: bytes
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
class Position:
    """An account as this kiosk sees it now; all in the account's unit."""

    outstanding: int  # may be spent here without asking
    balance: int  # the office's balance at the catalogue's revision, with this kiosk's own records since


@dataclass(frozen=True, slots=True)
class Purse:
    """A resident's money, or what else of theirs is counted in `unit`, as this kiosk sees it now."""

    outstanding: int  # may be spent here without asking
    balance: int  # see `Position`
    courtesy: int = 0  # courtesy that a top-up here repays first; it is given in money alone
    known_courtesy: int = 0  # courtesy that this kiosk knows is owed; what the cap per resident counts
    returned: int = 0  # rights given back to the office since the journal began
    known: bool = False  # the office has told this kiosk about the account
    home: bool = False  # this kiosk holds the resident's entitlements
    unit: Unit = Unit.FEN


def position(grant: Grant | None, here: Turnover, returned: int = 0) -> Position:
    """Arithmetic only: what may be spent, and what balance to show. `returned` is in the account's unit."""
    own = here.credits - here.debits
    if grant is None:
        return Position(outstanding=own - returned, balance=own)
    return Position(
        outstanding=grant.granted + own - returned,
        balance=grant.balance + own - (grant.credits - grant.debits),
    )


def courtesy_to_collect(grant: Grant | None, lent: Turnover) -> int:
    """Courtesy that this journal is to collect: at home all it gave itself, and what others told of."""
    if grant is None:
        return 0
    return max(0, grant.owed + (lent.debits if grant.home else 0) - lent.credits)


def merged_right(one: Right, other: Right) -> Right:
    """What two words of the office about one account and journal give together, in whichever order they come.

    What was granted only grows. So does what is owed, but it begins anew when a journal becomes the home.
    """
    is_home, owed = max((one.home, one.owed), (other.home, other.owed))
    return Right(granted=max(one.granted, other.granted), home=is_home, owed=owed)


def said_after(known: Grant | None, told: Grant) -> Grant:
    """The office's later word, with what it never takes back of the earlier one.

    One for another journal, or in another unit, is not merged.
    """
    if known is None or not _are_of_one_right(known, told):
        return told
    return msgspec.structs.replace(told, **merged_right(known.right, told.right)._asdict())


def newest(known: Grant | None, told: Grant | None) -> Grant | None:
    """Two words of the office of which only the journal's head says the later one; `told` if they are alike.

    Where the order is known, as on the pages of a catalogue, it is `said_after`: an office that was put back
    to a backup names an earlier head in a later word.
    """
    if known is None or told is None:
        return told or known
    if _are_of_one_right(known, told) and known.head_seq > told.head_seq:
        return said_after(told, known)
    return said_after(known, told)


def _are_of_one_right(one: Grant, other: Grant) -> bool:
    return (one.journal_id, one.unit) == (other.journal_id, other.unit)


_TURNOVER = (
    "SELECT credits, debits FROM balances WHERE region_id = ? AND journal_id = ? AND account = ? AND unit = ?"
)


def turnover(
    connection: sa.Connection, journal: JournalKey, account: Account, unit: Unit = Unit.FEN
) -> Turnover:
    wanted = (journal.region_id, journal.journal_id, account, unit.value)
    found = run(connection, _TURNOVER, wanted)
    return Turnover(*found[0]) if found else Turnover()


# All that a tap asks of the books, in one statement; the last part has a row only if the record is here.
_PURSE = (
    "SELECT account, unit, credits, debits FROM balances"
    " WHERE region_id = ? AND journal_id = ? AND account IN (?, ?)"
    " UNION ALL SELECT 'head', hash, 0, 0 FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"
)


def purse(
    connection: sa.Connection,
    journal: JournalKey,
    head_seq: int,
    resident_id: int,
    grant: Grant | None,
    unit: Unit = Unit.FEN,
) -> Purse:
    """What this kiosk may spend for a resident by the office's word. `head_seq` is the journal's last record.

    `unit` is one of `RIGHT_TO`; a grant in another one gives nothing. Nor does one to another journal, or to
    another history of this one: after an older copy of the file was put back, the rights it once had may be
    spent already.
    """
    if grant is not None and not _is_for(grant, journal, head_seq, unit):
        grant = None
    own, owing = own_money(resident_id), courtesy(resident_id)
    key = (journal.region_id, journal.journal_id)
    rows = run(connection, _PURSE, (*key, own, owing, *key, grant.head_seq if grant else 0))
    found = {(account, unit): Turnover(credits, debits) for account, unit, credits, debits in rows}
    if grant is not None and any(name == "head" and hash_ != grant.head_hash for name, hash_ in found):
        grant = None
    lent = found.get((owing, Unit.FEN), Turnover()) if unit is Unit.FEN else Turnover()
    returned = found.get((own, RIGHT_TO[unit]), Turnover()).debits
    now = position(grant, found.get((own, unit), Turnover()), returned)
    home = grant is not None and grant.home
    to_collect = courtesy_to_collect(grant, lent)
    return Purse(
        outstanding=now.outstanding,
        balance=now.balance,
        courtesy=to_collect,
        known_courtesy=max(to_collect, lent.debits - lent.credits),  # what was lent as a visitor, too
        returned=returned,
        known=grant is not None,
        home=home,
        unit=unit,
    )


def _is_for(grant: Grant, journal: JournalKey, head_seq: int, unit: Unit) -> bool:
    return grant.unit is unit and grant.journal_id == journal.journal_id and grant.head_seq <= head_seq


# An account path ends before the next character after the slash.
_COURTESY_GIVEN = (
    "SELECT coalesce(sum(debits), 0) FROM balances WHERE region_id = ? AND journal_id = ?"
    " AND account > 'courtesy/' AND account < 'courtesy0' AND unit = ?"
)


def courtesy_given_fen(connection: sa.Connection, journal: JournalKey) -> int:
    """Courtesy of all residents that this journal gave since it began."""
    wanted = (journal.region_id, journal.journal_id, Unit.FEN.value)
    return int(run(connection, _COURTESY_GIVEN, wanted)[0][0])
