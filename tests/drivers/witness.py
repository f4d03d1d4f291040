"""Who was told what, and waiting for it to be told."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import TypeVar

from drivers.contracts import (
    Authentication,
    CardTap,
    CardWritten,
    CodeScan,
    DeviceEvent,
    DeviceState,
    Personalisation,
    ReadFailure,
    Relay,
)
from tests.waiting import PATIENCE_S, first_told

Event = TypeVar("Event", CardTap, CardWritten, CodeScan, DeviceState, ReadFailure)
Other = TypeVar("Other")


def until(condition: Callable[[], bool], what: str = "it") -> None:
    """Wait for a condition that is bound to come true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.002)


class Witness:
    """An `Emit` that remembers."""

    def __init__(self) -> None:
        self._events: queue.Queue[DeviceEvent] = queue.Queue()

    def __call__(self, event: DeviceEvent) -> None:
        self._events.put(event)

    def next(self, kind: type[Event]) -> Event:
        """The next event, which is to be of this kind."""
        event = self._events.get(timeout=PATIENCE_S)
        assert isinstance(event, kind), event
        return event

    def await_state(self, ready: bool, reason: str | None = None) -> DeviceState:
        """The next state of this sort; whatever comes before it does not matter."""
        return self.await_event(
            DeviceState, lambda event: event.ready is ready and reason in (None, event.reason)
        )

    def await_tap(self) -> CardTap:
        """The next tap; whatever comes before it does not matter."""
        return self.await_event(CardTap)

    def await_event(self, kind: type[Other], fits: Callable[[Other], bool] = lambda _: True) -> Other:
        """The next event of this kind that fits; whatever comes before it does not matter."""
        return first_told(
            self._events, lambda event: event if isinstance(event, kind) and fits(event) else None
        )

    @property
    def heard_nothing_more(self) -> bool:
        return self._events.empty()


class KeyRing:
    """`CardKeys` of a few cards, what was ordered for some, and who is asked for others."""

    def __init__(self, **keys: str) -> None:
        self.personalisations: dict[bytes, Personalisation] = {}
        self.relays: dict[bytes, Relay] = {}
        self._keys = {bytes.fromhex(uid.lstrip("x")): bytes.fromhex(key) for uid, key in keys.items()}

    def authentication_key(self, uid: bytes) -> bytes | None:
        return self._keys.get(uid)

    def suffices(self, tap: CardTap) -> bool:
        return tap.complete_reads > 0 and tap.authentication is not Authentication.FAILED

    def relay(self, uid: bytes) -> Relay | None:
        return self.relays.get(uid)

    def personalisation(self, uid: bytes) -> Personalisation | None:
        return self.personalisations.get(uid)
