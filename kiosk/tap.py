"""The tap loop: what devices saw comes in, an outcome goes out to the screens. One tap at a time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from drivers.contracts import (
    CardTap,
    CodeScan,
    DeviceEvent,
    DeviceState,
    ReadFailure,
)
from kiosk.common import claims
from kiosk.common.board import ANSWER_S, SLOWNESS, Badge, Board
from kiosk.common.clock import unix_ms
from kiosk.common.outcomes import Outcome, Tone
from kiosk.counter import Counter
from kiosk.front.answering import answer, look_at, refuse
from kiosk.front.duty import Duty
from kiosk.ledger.errors import JournalClosed
from kiosk.people.cards import CardLevel, nfc_token
from kiosk.people.errors import (
    PAST_USE,
    ResidentClosed,
)
from kiosk.people.staff import Staff
from kiosk.plain.refusals import Refusal

BOUNCE_MS = 1500  # a card that slips on the reader is one tap, not two

# As a badge such a card does not even choose the name.
NO_LONGER_GOOD = (*PAST_USE, ResidentClosed)

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(slots=True)
class _Last:
    """The last thing laid down or held up, and its answer, which is on the screen until `shown_until_ms`."""

    what: bytes | str = b""
    monotonic_ms: int = -BOUNCE_MS
    shown_until_ms: float = 0.0
    outcome: Outcome | None = None


class TapLoop:
    """Answers device events in the order they came.

    `counter` gives the counter, or raises the refusal that keeps there from being one. `listed`: what the
    services claim.
    """

    def __init__(
        self,
        counter: Callable[[], Counter],
        board: Board,
        on_device: Callable[[DeviceState], None],
        duty: Duty,
        listed: claims.Listed,
    ) -> None:
        self.events: queue.Queue[DeviceEvent | None] = queue.Queue()
        self._counter = counter
        self._board = board
        self._on_device = on_device
        self._duty = duty
        self._listed = listed
        self._last = _Last()
        self._thread = threading.Thread(target=self._run, name="taps", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer what was laid down before, then end."""
        self.events.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while (event := self.events.get()) is not None:
            self.handle(event)

    def handle(self, event: DeviceEvent) -> None:
        """Answer one event; nothing that a device sends ends the loop."""
        if isinstance(event, DeviceState):
            self._on_device(event)
            return
        if not isinstance(event, CardTap | CodeScan | ReadFailure):
            self._note(event)
            return
        self._duty.touch()
        if isinstance(event, CardTap) and (wearer := self._duty.wearer(nfc_token(event.uid))):
            self._lay_down_badge(wearer, event)
            return  # nobody was served
        what = _identity_of(event)
        now_ms = event.monotonic_ms
        if self._is_on_the_screen(what, now_ms):
            self._repeat(now_ms)
            return
        outcome = self._outcome(event)
        self._last = _Last(what, now_ms, now_ms + ANSWER_S * 1000, outcome)
        self._board.show(outcome)

    def _lay_down_badge(self, wearer: Staff, event: CardTap) -> None:
        """One that proves itself as a card must signs in; any other chooses the name, and the PIN follows."""
        refusal = ""
        try:
            who = self._once_more(lambda counter: look_at(counter, event))
            if who.level > CardLevel.UID:
                self._duty.sign_in_by_badge(wearer)
        except Refusal as refused_with:
            refusal = refused_with.code if isinstance(refused_with, NO_LONGER_GOOD) else ""
        except Exception:
            log.exception("badge_failed")
        self._board.show_badge(Badge(wearer.id, refusal))

    def _note(self, event: DeviceEvent) -> None:
        """What a device did beside taps is its service's; shown only to staff who wait for it."""
        hear = claims.heard(self._listed, event)
        if hear is None:
            return
        newest = self._newest()
        try:
            outcome = self._once_more(lambda counter: hear(counter.opened, event, newest))
        except Refusal as refusal:
            log.error("event_unnoted", code=refusal.code, **vars(refusal))  # at the next tap again
            return
        except Exception:
            log.exception("event_unnoted")
            return
        if outcome is not None:
            self._board.show(outcome)

    def _newest(self) -> Outcome | None:
        return next(iter(self._board.recent), None)

    def _repeat(self, now_ms: int) -> None:
        """A slip changes nothing. Who lays the card down again wants to hear once more what it came to."""
        last = self._last
        slowly = now_ms - last.monotonic_ms >= BOUNCE_MS
        last.monotonic_ms = now_ms
        last.shown_until_ms = now_ms + ANSWER_S * 1000 * (SLOWNESS if slowly else 1)
        self._board.repeat(slowly=slowly)

    def _is_on_the_screen(self, what: bytes | str, now_ms: int) -> bool:
        """Whether the answer to this very card or code is still shown."""
        last = self._last
        if not what or what != last.what or last.outcome is None or last.outcome.again_helps:
            return False
        if self._newest() is not last.outcome:
            return False  # staff did something meanwhile, perhaps for this very card
        return now_ms < last.shown_until_ms

    def _outcome(self, event: CardTap | CodeScan | ReadFailure) -> Outcome:
        try:
            return self._once_more(lambda counter: answer(counter, self._listed, event, self._newest()))
        except Refusal as refusal:
            return refuse(refusal, unix_ms(), None)
        except Exception:
            # A defect of ours must not leave forty people without an answer: nothing was committed.
            log.exception("tap_failed")
            return Outcome(tone=Tone.STOP, code="internal_error", at_ms=unix_ms(), again_helps=True)

    def _once_more(self, act: Callable[[Counter], T]) -> T:
        """If the journal gave way to another one under this very tap."""
        try:
            return act(self._counter())
        except JournalClosed:
            return act(self._counter())


def _identity_of(event: CardTap | CodeScan | ReadFailure) -> bytes | str:
    """What tells one card or code from the next; empty where nothing could be read."""
    if isinstance(event, CardTap):
        return event.uid
    return event.text if isinstance(event, CodeScan) else b""
