"""The telling stage: once in each epoch the office hears what this kiosk holds of its word.

An epoch changes when the office was restored from a backup. It has forgotten what it granted since, and would
grant the same money to somebody else; until every kiosk has told, it grants nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from sync.errors import Garbled
from sync.local.cursor import Cursor
from sync.stages.push import PushStage
from sync.wire import compression, messages, signing
from sync.wire.messages import Held, Item, Noted, StaleCounter
from sync.wire.signing import PublicKeys, SigningKey
from sync.wire.transport import Transport

ITEMS_AT_ONCE = 1000  # about 20 KiB when compressed, and within what the office decompresses


class TellingStage:
    """Runs when the catalogue of the epoch is complete, so that what the office has forgotten stands out."""

    def __init__(
        self, whose: Callable[[], bytes], key: SigningKey, cursor: Cursor, push_stage: PushStage
    ) -> None:
        self._whose, self._key, self._cursor, self._push_stage = whose, key, cursor, push_stage

    def run(self, transport: Transport, pinned: PublicKeys) -> bool:
        """Tell unless it was told; whether it was. Cut off in the middle, it begins anew."""
        here, journal_id = self._cursor.position(), self._whose()
        if here.in_snapshot or not here.epoch or self._cursor.is_told(here.epoch, journal_id):
            return False
        self._push_stage.greet(transport, pinned)
        held = self._cursor.held(journal_id)
        parts = [held[n : n + ITEMS_AT_ONCE] for n in range(0, len(held), ITEMS_AT_ONCE)] or [[]]
        for n, part in enumerate(parts, start=1):
            self._tell(transport, pinned, (here.epoch, journal_id), part, last=n == len(parts))
        self._cursor.note_told(here.epoch, journal_id)
        return True

    def _tell(
        self,
        transport: Transport,
        pinned: PublicKeys,
        whose: tuple[bytes, bytes],  # epoch and journal
        items: list[Item],
        *,
        last: bool,
        above: int = 0,
    ) -> None:
        counter = self._cursor.next_counter(above)
        packed = compression.compress(messages.encode(items))
        request = Held(counter, *whose, last, packed)
        answer = transport.ask("/v1/held", signing.held_context(), request, self._key, pinned)
        match answer:
            case Noted():
                return None
            case StaleCounter(last=counted) if counted >= counter:
                return self._tell(transport, pinned, whose, items, last=last, above=counted)
        raise Garbled(f"{type(answer).__name__} is no answer to this")
