"""Rights given back to the office: those it asks for, and a visitor's that nobody has used for a day.

A right that lies here unused keeps its owner from spending the money elsewhere. Only the kiosk itself gives
it back, in its journal: nobody takes it away by a clock. This kiosk's clock only decides when to be polite.
"""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.common.here import Here
from kiosk.ledger.accounts import Account, lent_rights, own_money, resident_of
from kiosk.ledger.amount import RIGHT_TO, Amount, Unit
from kiosk.ledger.entries import posting
from kiosk.ledger.journal import Writing, kiosk_metadata
from kiosk.ledger.rights import RECALLED, RETURN, UNUSED, Grant, Returned, purse, turnover
from kiosk.ledger.sql import run

UNUSED_MS = 24 * 3600 * 1000
GRANTS_AT_ONCE = 200
SCAN_PERIOD_MS = 600_000

# Since when nothing has moved on a visitor's account; kept in the file, for kiosks are switched off at night.
idle_rights = sa.Table(
    "idle_rights",
    kiosk_metadata,
    sa.Column("account", sa.Text, primary_key=True),  # and its unit, if that is not FEN
    sa.Column("moved", sa.BigInteger, nullable=False),  # a sum that grows with everything that happens
    sa.Column("since_ms", sa.BigInteger, nullable=False),  # wall time
    sqlite_with_rowid=False,
)


class Returning:
    """Looks a little at a time, so that taps never wait for it."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._reader = here.reader
        self._after_key = ""
        self._next_scan_ms = 0  # monotonic

    def step(self) -> None:
        """Give back what the office asks for; and look through some of the visitors' rights."""
        for recall in self._catalogue.recalls():
            mine = recall.journal_id == self._journal.key.journal_id
            if mine and self._owing(recall.account, recall.unit, recall.returned):
                self._give_back(recall.account, recall.unit, recall.returned)
        at = self._clock.now()
        if at.monotonic_ms >= self._next_scan_ms:
            self._scan(at.monotonic_ms, at.wall_ms)

    def _owing(self, account: Account, unit: Unit, wanted: int) -> bool:
        """Whether there is anything to give; asked without locking the file for writing."""
        with self._reader.connect() as connection, connection.begin():
            return self._spare(connection, account, unit, wanted) > 0

    def _give_back(self, account: Account, unit: Unit, wanted: int) -> None:
        with self._journal.writing() as writing:
            spare = self._spare(writing.connection, account, unit, wanted)
            self._append(writing, account, unit, spare, RECALLED)

    def _spare(self, connection: sa.Connection, account: Account, unit: Unit, wanted: int) -> int:
        """What can be given of a right of which so much is wanted in all; in `unit`."""
        resident_id = resident_of(account)
        if resident_id is None or account != own_money(resident_id) or unit not in RIGHT_TO:
            return 0
        key, head_seq = self._journal.key, self._journal.head.seq
        now = purse(connection, key, head_seq, resident_id, self._catalogue.grant(account, unit), unit)
        return max(0, min(now.outstanding, wanted - now.returned))

    def _scan(self, monotonic_ms: int, wall_ms: int) -> None:
        found = self._catalogue.grants_after(self._after_key, GRANTS_AT_ONCE)
        for key, grant in found:
            self._after_key = key
            if not grant.home and grant.journal_id == self._journal.key.journal_id:
                self._look_at(grant, wall_ms)
        if len(found) < GRANTS_AT_ONCE:
            self._after_key = ""
            self._next_scan_ms = monotonic_ms + SCAN_PERIOD_MS

    def _look_at(self, grant: Grant, wall_ms: int) -> None:
        resident_id = resident_of(grant.account)
        if resident_id is None or not self._owing(grant.account, grant.unit, grant.granted + _ALL):
            return
        with self._journal.writing() as writing:
            here = turnover(writing.connection, writing.key, grant.account, grant.unit)
            now = purse(writing.connection, writing.key, writing.head.seq, resident_id, grant, grant.unit)
            moved = grant.granted + here.credits + here.debits + now.returned
            name = grant.account if grant.unit is Unit.FEN else f"{grant.account} {grant.unit}"
            known = run(writing.connection, _SINCE, (name, moved))
            if not known:
                run(writing.connection, _NOTE, (name, moved, wall_ms))
            elif wall_ms - known[0][0] >= UNUSED_MS:
                self._append(writing, grant.account, grant.unit, now.outstanding, UNUSED)

    def _append(self, writing: Writing, account: Account, unit: Unit, quantity: int, reason: str) -> None:
        if quantity > 0:
            given = posting(account, Amount(-quantity, RIGHT_TO[unit]))
            lent = posting(lent_rights(), Amount(quantity, RIGHT_TO[unit]))
            writing.append(*RETURN, Returned(reason), given, lent, at=self._clock.now())


_ALL = 2**53  # more than anybody has
_SINCE = "SELECT since_ms FROM idle_rights WHERE account = ? AND moved = ?"
_NOTE = (
    "INSERT INTO idle_rights (account, moved, since_ms) VALUES (?, ?, ?)"
    " ON CONFLICT (account) DO UPDATE SET moved = excluded.moved, since_ms = excluded.since_ms"
)
