"""Whether a journal moved more of somebody's own than it was granted, or had taken in itself.

A kiosk that wrote more than one journal is asked for more: what one of them left was granted anew, and is
there only once. What an account does not hold any more was spent from an old memory card, or by a thief.

Cash boxes fill and programmes pay, but a resident's money lies somewhere: what one kiosk takes beyond its
right is lent to another one, or is not there at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from kiosk.ledger.accounts import resident_of, set_aside
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.audit.judging import Objection
from kiosk.ledger.entries import Posting
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.office.store.bulk import among

BEYOND_RIGHT = "beyond_right"
_COUNTS_IN = {**{unit: unit for unit in RIGHT_TO}, **{right: unit for unit, right in RIGHT_TO.items()}}
_Whose = tuple[str, Unit]


class Purses:
    """What one journal may still take of each account, as its records are believed one after the other."""

    def __init__(self, connection: sa.Connection, key: JournalKey, *, alone: bool) -> None:
        """`alone`: its kiosk wrote no other one."""
        self._connection, self._key, self._alone = connection, key, alone
        self._left: dict[_Whose, int] = {}
        self._there: dict[_Whose, int] = {}  # at all journals; asked only of one that is not alone
        self._known: set[str] = set()

    def know(self, accounts: Collection[str]) -> None:
        """Look up these at once."""
        new = sorted(set(accounts) - self._known)
        if not new:
            return
        self._known |= set(new)
        is_new, value = among(self._connection, new)
        asked = (self._key.region_id, self._key.journal_id, value)
        for query in (_GRANTED, _MOVED, _RECOVERED):
            for account, unit, quantity in run(self._connection, query.format(is_new), asked):
                _add(self._left, account, Unit(unit), int(quantity))
        if not self._alone:
            self._look_what_is_there(new)

    def _look_what_is_there(self, accounts: Collection[str]) -> None:
        """And what was set aside for whoever was written off, which makes good for what is not."""
        aside = {str(set_aside(resident_of(each) or 0)): each for each in accounts}
        is_one, value = among(self._connection, sorted({*accounts, *aside}))
        for account, unit, quantity in run(
            self._connection, _THERE.format(is_one), (self._key.region_id, value)
        ):
            if unit in RIGHT_TO:
                whose = aside.get(str(account), str(account))
                _add(self._there, whose, Unit(unit), int(quantity))

    def objection(self, own: Sequence[Posting]) -> Objection | None:
        """Why these of own money are beyond the right, if they are."""
        sums: dict[_Whose, int] = {}
        for each in own:
            _add(sums, each.account, each.unit, each.quantity)
            if each.account not in self._known:
                self.know({every.account for every in own})
        for (account, unit), quantity in sums.items():
            left = self._left.get((account, unit), 0)
            if not self._alone:
                left = min(left, max(0, self._there.get((account, unit), 0)))
            missing = -(left + quantity)
            if quantity < 0 < missing:
                detail = {"resident": resident_of(account) or 0, f"missing_{unit.lower()}": missing}
                return Objection(BEYOND_RIGHT, detail=figures(**detail))
        return None

    def take(self, own: Sequence[Posting]) -> None:
        for each in own:
            _add(self._left, each.account, each.unit, each.quantity)
            if not self._alone and each.unit in RIGHT_TO:
                _add(self._there, each.account, each.unit, each.quantity)


def _add(sums: dict[_Whose, int], account: str, unit: Unit, quantity: int) -> None:
    whose = account, _COUNTS_IN[unit]
    sums[whose] = sums.get(whose, 0) + quantity


_GRANTED = "SELECT account, unit, granted FROM grants WHERE region_id = ? AND journal_id = ? AND account {}"
_MOVED = (
    "SELECT account, unit, credits - debits FROM balances"
    " WHERE region_id = ? AND journal_id = ? AND account {}"
)
_THERE = (
    "SELECT account, unit, CAST(SUM(credits - debits) AS BIGINT) FROM balances"
    " WHERE region_id = ? AND account {} GROUP BY account, unit"
)
# What was recovered into other journals was moved by the right of this one.
_RECOVERED = (
    "SELECT p.account, p.unit, p.quantity FROM recovered_records AS x JOIN postings AS p"
    " ON p.region_id = x.region_id AND p.journal_id = x.journal_id AND p.seq = x.seq"
    " WHERE x.region_id = ? AND x.origin_journal_id = ? AND p.account {}"
    " AND NOT EXISTS (SELECT 1 FROM reviews AS v WHERE v.region_id = x.region_id"
    " AND v.journal_id = x.journal_id AND v.seq = x.seq AND v.code = 'recovered_twice')"  # taken back again
)
