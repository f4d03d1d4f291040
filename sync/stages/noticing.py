"""Notices: what is urgent of a backlog, told with its first batch and with each one after it.

They are told again until their batch has come. So nothing has to be remembered of what was told, and an
office that was restored meanwhile hears them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from kiosk.common.books import IsUrgent, Kinds, urgent_of
from kiosk.ledger.records import decode
from sync.local.reading import JournalFile
from sync.wire import messages
from sync.wire.messages import MAX_NOTICE_BYTES, MAX_NOTICES, Notice

ROWS_AT_ONCE = 500


@dataclass(slots=True)
class _Seen:
    """What was found urgent in a journal after one record and up to another, the oldest first."""

    after_seq: int
    to_seq: int
    notices: list[Notice] = field(default_factory=list)


class Noticing:
    """Reads each record of a backlog once. For the thread that pushes."""

    def __init__(self, file: JournalFile, kinds: Callable[[], Sequence[Kinds]]) -> None:
        self._file, self._kinds = file, kinds
        self._is_urgent: IsUrgent | None = None
        self._seen: dict[bytes, _Seen] = {}

    def after(self, journal_id: bytes, seq: int) -> bytes:
        """The newest urgent records after this one, packed; empty if there are none."""
        seen = self._seen.get(journal_id)
        if seen is None or seq < seen.after_seq:
            seen = self._seen[journal_id] = _Seen(seq, seq)
        seen.to_seq = max(seen.to_seq, seq)
        while rows := self._file.after(journal_id, seen.to_seq, ROWS_AT_ONCE):
            seen.notices += [Notice(at, raw) for at, raw, _ in rows if self._tells(raw)]
            seen.to_seq = rows[-1][0]
        seen.notices = [each for each in seen.notices if each.seq > seq][-MAX_NOTICES:]
        return messages.encode(seen.notices) if seen.notices else b""

    def _tells(self, raw: bytes) -> bool:
        if self._is_urgent is None:
            self._is_urgent = urgent_of(self._kinds())
        try:
            return len(raw) <= MAX_NOTICE_BYTES and self._is_urgent(decode(raw))
        except msgspec.DecodeError:
            return False
