"""The pull stage: catalogue pages, checked against the office's key before anything in them is believed."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.catalogue import Heard
from kiosk.clock import TimeSource, machine_time
from sync import compression, messages, signing
from sync.cursor import Cursor, Position
from sync.errors import Garbled
from sync.hearing import hear
from sync.messages import Item, Page, Pull, StaleCounter
from sync.signing import PublicKeys, SigningKey
from sync.transport import Transport


@dataclass(frozen=True, slots=True)
class Pulled:
    """One page's outcome; `more`: the next one is there already."""

    items: int
    more: bool


class PullStage:
    """Asks for the next page and applies it whole."""

    def __init__(
        self, journal_id: bytes, key: SigningKey, cursor: Cursor, source: TimeSource | None = None
    ) -> None:
        self._journal_id, self._key, self._cursor = journal_id, key, cursor
        self._source = source or machine_time()

    def run(self, transport: Transport, pinned: PublicKeys, *, wait_ms: int = 0) -> Pulled:
        """One page; the office may take `wait_ms` until there is news."""
        page, heard = self._ask(transport, pinned, wait_ms)
        items = _items(page)
        self._cursor.apply(page, items, self._journal_id, heard)
        return Pulled(len(items), page.more)

    def request(self, wait_ms: int = 0, above: int = 0) -> Pull:
        """From where the catalogue stands, with a counter above all before and `above`."""
        here = self._cursor.position()
        return Pull(self._cursor.next_counter(above), here.epoch, here.cursors, here.in_snapshot, wait_ms)

    def apply_late(self, start: Pull, page: Page) -> bool:
        """A page that took its time; whether the catalogue still stood where the page starts."""
        position = Position(start.epoch, start.cursors, start.in_snapshot)
        return self._cursor.apply_at(position, page, _items(page), self._journal_id)

    def heard_late(self, office_ms: int) -> None:
        """That the office answered, on a stick."""
        self._cursor.heard_late(self._journal_id, office_ms, self._source.boot_id)

    def _ask(
        self, transport: Transport, pinned: PublicKeys, wait_ms: int, above: int = 0
    ) -> tuple[Page, Heard]:
        request = self.request(wait_ms, above)
        asked_ms = self._source.monotonic_ms()
        answer = transport.ask(
            "/v1/catalogue", signing.pull_context(), request, self._key, pinned, wait_ms=wait_ms
        )
        match answer:
            case Page(office_ms=office_ms, held_ms=held_ms):
                return answer, hear(self._source, asked_ms + held_ms, office_ms)
            case StaleCounter(last=last) if last >= request.counter:
                return self._ask(transport, pinned, wait_ms, above=last)
        raise Garbled(f"{type(answer).__name__} is no answer to this pull")


def _items(page: Page) -> list[Item]:
    return messages.decode_items(compression.decompress(page.items))
