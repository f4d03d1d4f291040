"""Whether a journal lent more than its site's caps allow, for one resident or in all.

A kiosk keeps to the caps by what it knows, and the office never knows less of what was repaid. So the caps
are counted here as kindly as any honest kiosk may have counted them.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.catalogue.values import Site
from kiosk.ledger.accounts import courtesy, courtesy_of
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.judging import Objection
from kiosk.ledger.entries import Posting
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.office.books.watching import Placed
from sync.office.rights.courtesy import POOLS_OF_ONE_KIOSK

BEYOND_CAPS = "beyond_caps"


class Lending:
    """What one journal lent, and its kiosk in all its journals; asked only when something is lent."""

    def __init__(self, connection: sa.Connection, key: JournalKey, device_id: bytes) -> None:
        self._connection, self._key, self._device_id = connection, key, device_id
        self._used_fen: int | None = None  # of the pool of this journal
        self._kiosk_fen = 0  # lent by the kiosk and not repaid
        self._owed_fen: dict[int, int] = {}  # to this journal, by resident

    def objection(self, placed: Placed, sites: Sequence[Site]) -> Objection | None:
        """Why this is beyond the caps, if it is. `sites`: the kiosk's own, as it is and was."""
        lent = [(owner, -fen) for owner, fen in _courtesy(placed.courtesy) if fen < 0]
        most_fen = max(site.courtesy_pool_fen for site in sites)
        cap_fen = max(site.courtesy_resident_fen for site in sites)
        self._know([owner for owner, _ in lent])
        for owner, fen in lent:
            left_fen = POOLS_OF_ONE_KIOSK * most_fen - self._kiosk_fen
            if placed.journal_id == self._key.journal_id:  # else by the caps of the journal that was left
                used_fen = max(0, self._used_fen or 0)
                owed_fen = min(self._owed_fen[owner], used_fen)
                left_fen = min(left_fen, most_fen - used_fen, cap_fen - owed_fen)
            if fen > left_fen:
                return Objection(BEYOND_CAPS, detail=figures(resident=owner, lent_fen=fen, left_fen=left_fen))
        return None

    def take(self, placed: Placed) -> None:
        """What is believed counts from now on."""
        moved = _courtesy(placed.courtesy)
        if not moved:
            return
        self._know([owner for owner, _ in moved])
        for owner, fen in moved:
            own = placed.journal_id == self._key.journal_id or fen > 0
            if owner in self._owed_fen and own:
                self._owed_fen[owner] -= fen
            if fen < 0 and self._used_fen is not None:
                self._kiosk_fen -= fen
                self._used_fen -= fen if own else 0

    def _know(self, owners: Sequence[int]) -> None:
        place = (self._key.region_id, self._key.journal_id)
        if owners and self._used_fen is None:
            lent_fen, repaid_fen = self._one(_LENT, place), self._one(_REPAID, place)
            self._used_fen = lent_fen - self._one(_RECOVERED, place) - repaid_fen
            kiosk = (self._key.region_id, self._device_id)
            self._kiosk_fen = self._one(_LENT_BY_KIOSK, kiosk) - self._one(_TWICE, kiosk)
            self._kiosk_fen -= self._one(_REPAID_TO_KIOSK, kiosk)
        for owner in owners:
            if owner not in self._owed_fen:
                account = courtesy(owner)
                owed_fen = self._one(_OWED, (*place, account)) - self._one(_RECOVERED_OF, (*place, account))
                self._owed_fen[owner] = owed_fen

    def _one(self, query: str, values: Sequence[object]) -> int:
        return int(run(self._connection, query, tuple(values))[0][0] or 0)


def is_lent(placed: Placed) -> bool:
    """Whether a record lends anything."""
    return any(fen < 0 for _, fen in _courtesy(placed.courtesy))


def _courtesy(postings: Sequence[Posting]) -> list[tuple[int, int]]:
    """Whose, and how much; below zero what is lent."""
    return [
        (owner, each.quantity)
        for each in postings
        if (owner := courtesy_of(each.account)) is not None and each.unit is Unit.FEN
    ]


# An account path ends before the next character after the slash.
_LENT = (
    "SELECT CAST(SUM(debits) AS BIGINT) FROM balances WHERE region_id = ? AND journal_id = ?"
    " AND account > 'courtesy/' AND account < 'courtesy0' AND unit = 'FEN'"
)
_OWED = (
    "SELECT CAST(SUM(debits - credits) AS BIGINT) FROM balances"
    " WHERE region_id = ? AND journal_id = ? AND account = ? AND unit = 'FEN'"
)
_REPAID = (
    "SELECT CAST(SUM(repaid) AS BIGINT) FROM grants WHERE region_id = ? AND journal_id = ? AND unit = 'FEN'"
)
# What was recovered here was lent by the journal that was left.
_RECOVERED = (
    "SELECT CAST(SUM(-p.quantity) AS BIGINT) FROM recovered_records AS x JOIN postings AS p"
    " ON p.region_id = x.region_id AND p.journal_id = x.journal_id AND p.seq = x.seq"
    " WHERE x.region_id = ? AND x.journal_id = ? AND p.quantity < 0"
    " AND p.account > 'courtesy/' AND p.account < 'courtesy0' AND p.unit = 'FEN'"
)
_RECOVERED_OF = f"{_RECOVERED} AND p.account = ?"
_LENT_BY_KIOSK = (
    "SELECT CAST(SUM(b.debits) AS BIGINT) FROM journals AS j JOIN balances AS b"
    " ON b.region_id = j.region_id AND b.journal_id = j.journal_id WHERE j.region_id = ? AND j.device_id = ?"
    " AND b.account > 'courtesy/' AND b.account < 'courtesy0' AND b.unit = 'FEN'"
)
_REPAID_TO_KIOSK = (
    "SELECT CAST(SUM(g.repaid) AS BIGINT) FROM journals AS j JOIN grants AS g ON g.region_id = j.region_id"
    " AND g.journal_id = j.journal_id WHERE j.region_id = ? AND j.device_id = ? AND g.unit = 'FEN'"
)
# What was recovered although it was here was taken back by the office.
_TWICE = (
    "SELECT CAST(SUM(-p.quantity) AS BIGINT) FROM journals AS j JOIN reviews AS v"
    " ON v.region_id = j.region_id AND v.journal_id = j.journal_id JOIN postings AS p"
    " ON p.region_id = v.region_id AND p.journal_id = v.journal_id AND p.seq = v.seq"
    " WHERE j.region_id = ? AND j.device_id = ? AND v.code = 'recovered_twice' AND p.quantity < 0"
    " AND p.account > 'courtesy/' AND p.account < 'courtesy0' AND p.unit = 'FEN'"
)
