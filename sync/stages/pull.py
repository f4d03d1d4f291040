"""The pull stage: catalogue pages, checked against the office's key before anything in them is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from kiosk.catalogue.contact import Heard
from kiosk.catalogue.items import KINDS, Kind, decode_value
from kiosk.common.clock import TimeSource, machine_time
from kiosk.journal.incarnation import DOUBTED
from kiosk.ledger.rights import Grant
from sync.errors import Garbled
from sync.local.cursor import Cursor, Position
from sync.local.reading import JournalFile
from sync.local.state import StateTold
from sync.stages.hearing import hear
from sync.wire import compression, messages, signing
from sync.wire.messages import Item, Page, Pull, StaleCounter
from sync.wire.signing import PublicKeys, SigningKey
from sync.wire.transport import Transport


@dataclass(frozen=True, slots=True)
class Pulled:
    """One page's outcome; `more`: the next one is there already; `more_photos`: only pictures are left."""

    items: int
    more: bool
    more_photos: bool = False


class PullStage:
    """Asks for the next page and applies it whole."""

    def __init__(
        self,
        whose: Callable[[], bytes],
        file: JournalFile,
        key: SigningKey,
        cursor: Cursor,
        source: TimeSource | None = None,
        state: StateTold | None = None,
    ) -> None:
        self._whose, self._file, self._key, self._cursor = whose, file, key, cursor
        self._source = source or machine_time()
        self._state = state

    def run(self, transport: Transport, pinned: PublicKeys, *, wait_ms: int = 0) -> Pulled:
        """One page; the office may take `wait_ms` until there is news.

        A page that does not fit the journal is not applied: the push stage asks what is wrong first.
        """
        page, heard = self._ask(transport, pinned, wait_ms)
        items, current = _items(page), self._whose()
        mine = _without_strangers(items, current)
        if not self._fits(mine, current):
            return Pulled(0, more=False)
        self._cursor.apply(page, mine, current, heard)
        return Pulled(len(items), page.more, page.more_photos)

    def request(self, wait_ms: int = 0, above: int = 0) -> Pull:
        """From where the catalogue stands, with a counter above all before and `above`."""
        here = self._cursor.position()
        counter = self._cursor.next_counter(above)
        return Pull(counter, here.epoch, here.cursors, here.in_snapshot, wait_ms, here.photos, here.proof)

    def apply_late(self, start: Pull, page: Page) -> bool:
        """A page that took its time; whether the catalogue still stood where the page starts."""
        position = position_of(start)
        current = self._whose()
        mine = _without_strangers(_items(page), current)
        return self._fits(mine, current) and self._cursor.apply_at(position, page, mine, current)

    def heard_late(self, office_ms: int) -> None:
        """That the office answered, on a stick."""
        self._cursor.heard_late(self._whose(), office_ms, self._source.boot_id)

    def _fits(self, items: Iterable[Item], current: bytes) -> bool:
        """Whether the journal has the record that the latest of its grants is bound to."""
        grants = [decode_value(Kind.GRANT, item.value) for item in items if _is_grant(item) and item.value]
        latest: Grant | None = max((each for each in grants if each.head_seq), key=_head, default=None)
        if latest is None or self._file.hash(current, latest.head_seq) == latest.head_hash:
            return True
        self._cursor.object(current, DOUBTED, latest.head_seq)
        return False

    def _ask(
        self, transport: Transport, pinned: PublicKeys, wait_ms: int, above: int = 0
    ) -> tuple[Page, Heard]:
        request = self.request(wait_ms, above)
        if self._state is not None:
            request = msgspec.structs.replace(request, state=self._state.due(self._source))
        asked_ms = self._source.monotonic_ms()
        answer = transport.ask(
            "/v1/catalogue", signing.pull_context(), request, self._key, pinned, wait_ms=wait_ms
        )
        match answer:
            case Page(office_ms=office_ms, held_ms=held_ms):
                if self._state is not None:
                    self._state.heard(request.state)
                return answer, hear(self._source, asked_ms + held_ms, office_ms)
            case StaleCounter(last=last) if last >= request.counter:
                return self._ask(transport, pinned, wait_ms, above=last)
        raise Garbled(f"{type(answer).__name__} is no answer to this pull")


def position_of(pull: Pull) -> Position:
    """Where the catalogue stood when this was asked."""
    return Position(pull.epoch, pull.cursors, pull.in_snapshot, pull.photos or 0, pull.proof)


_BOUND = {Kind.GRANT, Kind.RECALL, Kind.HOLD}  # to one journal


def _is_grant(item: Item) -> bool:
    return item.kind == Kind.GRANT


def _head(grant: Grant) -> int:
    return grant.head_seq


def _without_strangers(items: list[Item], current: bytes) -> list[Item]:
    """Without what is for another journal of this device: under the same key, one would hide the other."""
    return [
        item
        for item in items
        if item.kind not in _BOUND
        or item.value is None
        or decode_value(KINDS[item.kind], item.value).journal_id == current
    ]


def _items(page: Page) -> list[Item]:
    return messages.decode_items(compression.decompress(page.items))
