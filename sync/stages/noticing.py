"""Notices: what is urgent of a backlog, told with its first batch and with each one after it, or by itself.

Beside batches they are told again until their own has come, so that an office that was restored meanwhile
hears them as well. By itself each is told once, the newest first; after a restart of this process once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from kiosk.common.books import IsUrgent, Kinds, urgent_of
from kiosk.ledger.records import decode
from sync.local.reading import JournalFile
from sync.wire.messages import MAX_NOTICE_BYTES, MAX_NOTICES, MOST_AHEAD, Notice

ROWS_AT_ONCE = 500


@dataclass(slots=True)
class _Seen:
    """What was found urgent in a journal after one record and up to another, the oldest first."""

    after_seq: int
    to_seq: int
    notices: list[Notice] = field(default_factory=list)
    told: set[int] = field(default_factory=set)


class Noticing:
    """Reads each record of a backlog once. For the thread that pushes."""

    def __init__(self, file: JournalFile, kinds: Callable[[], Sequence[Kinds]]) -> None:
        self._file, self._kinds = file, kinds
        self._is_urgent: IsUrgent | None = None
        self._seen: dict[bytes, _Seen] = {}

    def after(self, journal_id: bytes, seq: int) -> list[Notice]:
        """The newest urgent records after this one, as many as go beside a batch, the oldest first."""
        return self._look(journal_id, seq).notices[-MAX_NOTICES:]

    def untold(self, journal_id: bytes, seq: int) -> list[Notice]:
        """The same of those that were not told yet."""
        seen = self._look(journal_id, seq)
        return [each for each in seen.notices if each.seq not in seen.told][-MAX_NOTICES:]

    def tell(self, journal_id: bytes, notices: Sequence[Notice]) -> None:
        """The office has heard these."""
        self._seen[journal_id].told.update(each.seq for each in notices)

    def _look(self, journal_id: bytes, seq: int) -> _Seen:
        """What is urgent after a record; of a flood no more than the office keeps."""
        seen = self._seen.get(journal_id)
        if seen is None or seq < seen.after_seq:
            seen = self._seen[journal_id] = _Seen(seq, seq)
        seen.to_seq = max(seen.to_seq, seq)
        while rows := self._file.after(journal_id, seen.to_seq, ROWS_AT_ONCE):
            seen.notices += [Notice(at, raw) for at, raw, _ in rows if self._tells(raw)]
            seen.to_seq = rows[-1][0]
        seen.notices = [each for each in seen.notices if each.seq > seq][-MOST_AHEAD:]
        seen.told &= {each.seq for each in seen.notices}
        return seen

    def _tells(self, raw: bytes) -> bool:
        if self._is_urgent is None:
            self._is_urgent = urgent_of(self._kinds())
        try:
            return len(raw) <= MAX_NOTICE_BYTES and self._is_urgent(decode(raw))
        except msgspec.DecodeError:
            return False
