"""The holds of one purpose that nothing settled yet, in the journal that is written now."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.follow_ups import original
from kiosk.ledger.holds import Held, HoldSettled, open_hold
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import beginning_with, run


@dataclass(frozen=True, slots=True)
class OpenHold:
    """`seq` is what `capture` and `release` are given, wherever the hold was made.

    `since_ms` is Unix time: when it was written here, though it may have been made in an earlier journal.
    """

    seq: int
    held: Held
    since_ms: int


class OpenHolds:
    """Those whose purpose begins with `purpose`. Any thread may ask, on any connection.

    Before the first that is open nothing is looked at again: so ask before a settlement is written, not after
    it in the same transaction, which may yet be undone.
    """

    def __init__(self, key: JournalKey, purpose: str) -> None:
        self._key, self._purpose = key, purpose
        self._settled_to = 0

    def read(self, connection: sa.Connection) -> list[OpenHold]:
        """The oldest first. Also those that were recovered into this journal, or taken over by it."""
        key = (self._key.region_id, self._key.journal_id)
        after = (*key, self._settled_to, *beginning_with(self._purpose))
        found: list[OpenHold] = []
        for (seq,) in run(connection, _AFTER, (*after, *after)):
            try:
                held = open_hold(connection, self._key, seq)
            except HoldSettled:
                if not found:
                    self._settled_to = max(self._settled_to, seq)
                continue
            written = original(connection, self._key, seq)
            assert written is not None, "it was looked up just now"
            found.append(OpenHold(seq, held, written.record.wall_ms))
        return found


# A record that was recovered is looked up where this file has it already.
_AFTER = (
    "SELECT seq FROM holds WHERE region_id = ? AND journal_id = ? AND seq > ?"
    " AND purpose >= ? AND purpose < ?"
    " UNION SELECT r.seq FROM recovered_records AS r JOIN holds AS h ON h.region_id = r.region_id"
    " AND h.journal_id = r.origin_journal_id AND h.seq = r.origin_seq"
    " WHERE r.region_id = ? AND r.journal_id = ? AND r.seq > ? AND h.purpose >= ? AND h.purpose < ?"
    " ORDER BY 1"
)
