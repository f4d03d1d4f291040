"""Whether a journal moved more of somebody's own than it was granted, or had taken in itself.

Cash boxes fill and programmes pay, but a resident's money lies somewhere: what one kiosk takes beyond its
right is lent to another one, or is not there at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from kiosk.ledger.accounts import is_own_money, resident_of
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

    def __init__(self, connection: sa.Connection, key: JournalKey) -> None:
        self._connection, self._key = connection, key
        self._left: dict[_Whose, int] = {}
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
                self._add(account, Unit(unit), int(quantity))

    def objection(self, postings: Collection[Posting]) -> Objection | None:
        """Why these are beyond the right, if they are."""
        sums: dict[_Whose, int] = {}
        for account, unit, quantity in _own(postings):
            if account not in self._known:
                self.know([account])
            sums[account, unit] = sums.get((account, unit), 0) + quantity
        for (account, unit), quantity in sums.items():
            missing = -(self._left.get((account, unit), 0) + quantity)
            if quantity < 0 < missing:
                detail = {"resident": resident_of(account) or 0, f"missing_{unit.lower()}": missing}
                return Objection(BEYOND_RIGHT, detail=figures(**detail))
        return None

    def take(self, postings: Collection[Posting]) -> None:
        for account, unit, quantity in _own(postings):
            self._add(account, unit, quantity)

    def _add(self, account: str, unit: Unit, quantity: int) -> None:
        whose = account, _COUNTS_IN[unit]
        self._left[whose] = self._left.get(whose, 0) + quantity


def _own(postings: Collection[Posting]) -> Iterator[tuple[str, Unit, int]]:
    for each in postings:
        if is_own_money(each.account):
            yield each.account, _COUNTS_IN[each.unit], each.quantity


_GRANTED = "SELECT account, unit, granted FROM grants WHERE region_id = ? AND journal_id = ? AND account {}"
_MOVED = (
    "SELECT account, unit, credits - debits FROM balances"
    " WHERE region_id = ? AND journal_id = ? AND account {}"
)
# What was recovered into other journals was moved by the right of this one.
_RECOVERED = (
    "SELECT p.account, p.unit, p.quantity FROM recovered_records AS x JOIN postings AS p"
    " ON p.region_id = x.region_id AND p.journal_id = x.journal_id AND p.seq = x.seq"
    " WHERE x.region_id = ? AND x.origin_journal_id = ? AND p.account {}"
    " AND NOT EXISTS (SELECT 1 FROM reviews AS v WHERE v.region_id = x.region_id"
    " AND v.journal_id = x.journal_id AND v.seq = x.seq AND v.code = 'recovered_twice')"  # taken back again
)
