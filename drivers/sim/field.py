"""The reader's antenna: what lies on it, and whether the field is on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.sim.cards.card import TypeACard, TypeFCard, VirtualCard
from drivers.sim.faults import LIFTED_AFTER


class Field:
    """At most one card. `place` and `lift` may come from any thread; `arrived` is called after `place`."""

    def __init__(self, arrived: Callable[[], None] = lambda: None) -> None:
        self._arrived = arrived
        self.searches = 0  # how often a reader has switched the field on to look for cards
        self._lock = threading.Lock()
        self._card: VirtualCard | None = None
        self._on = False
        self._exchanges_left: int | None = None
        self._lift_next = False

    def place(self, card: VirtualCard, exchanges: int | None = None) -> None:
        """Lay a card down; with `exchanges`, for so many frames that it answers."""
        with self._lock:
            self._card = card
            self._exchanges_left = LIFTED_AFTER if self._lift_next else exchanges
            self._lift_next = False
            if self._on:
                card.power_up()
        self._arrived()

    def lift(self) -> None:
        with self._lock:
            self._card = None

    def lift_next_in_mid_read(self, wanted: bool) -> None:
        with self._lock:
            self._lift_next = wanted

    def switch(self, on: bool) -> None:
        with self._lock:
            if on and not self._on:
                self.searches += 1
                if self._card is not None:
                    self._card.power_up()
            self._on = on

    @property
    def is_on(self) -> bool:
        return self._on

    @property
    def is_empty(self) -> bool:
        return self._card is None

    def type_a(self) -> TypeACard | None:
        with self._lock:
            return self._card if self._on and isinstance(self._card, TypeACard) else None

    def type_f(self) -> TypeFCard | None:
        with self._lock:
            return self._card if self._on and isinstance(self._card, TypeFCard) else None

    def exchange(self, command: bytes) -> bytes | None:
        with self._lock:
            if self._exchanges_left == 0:
                self._card = None
            if self._card is None or not self._on:
                return None
            if self._exchanges_left is not None:
                self._exchanges_left -= 1
            return self._card.exchange(command)
