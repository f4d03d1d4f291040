"""The reader's antenna: what lies on it, whether the field is on, and what gets lost on the air."""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.sim.cards.card import TypeACard, TypeBCard, TypeFCard, VirtualCard
from drivers.sim.faults import LIFTED_AFTER
from drivers.sim.radio import CLEAR, LOSSY, Fate, Radio


class Field:
    """One card, or two that answer by turns. `place` and `lift` may come from any thread.

    `arrived` is called after `place`.
    """

    def __init__(self, arrived: Callable[[], None] = lambda: None) -> None:
        self._arrived = arrived
        self.searches = 0  # how often a reader has switched the field on to look for cards
        self.radio = Radio()
        self._lock = threading.Lock()
        self._card: VirtualCard | None = None
        self._beside: VirtualCard | None = None
        self._on = False
        self._exchanges_left: int | None = None
        self._lift_next = False

    def place(self, card: VirtualCard, exchanges: int | None = None) -> None:
        """Lay a card down; with `exchanges`, for so many frames that it answers."""
        with self._lock:
            self._card, self._beside = card, None
            self._exchanges_left = LIFTED_AFTER if self._lift_next else exchanges
            self._lift_next = False
            self.radio.card_laid()
            if self._on:
                self._power_up()
        self._arrived()

    def place_beside(self, card: VirtualCard) -> None:
        """Lay a second one next to it."""
        with self._lock:
            self._beside = card
            if self._on:
                card.power_up()

    def lift(self) -> None:
        with self._lock:
            self._card = self._beside = None

    def lift_next_in_mid_read(self, wanted: bool) -> None:
        with self._lock:
            self._lift_next = wanted

    def lose_exchanges(self, wanted: bool) -> None:
        self.radio = Radio(LOSSY if wanted else CLEAR)

    def switch(self, on: bool) -> None:
        with self._lock:
            if on and not self._on:
                self.searches += 1
                self._power_up()
            self._on = on

    @property
    def is_on(self) -> bool:
        return self._on

    @property
    def is_empty(self) -> bool:
        return self._card is None

    def find_type_a(self, wanted_uid: bytes = b"") -> TypeACard | None:
        """Search and select, any card or the one with that UID; None if no card answers in time."""
        with self._lock:
            if self._beside is not None and (not wanted_uid or not _is(self._card, wanted_uid)):
                self._card, self._beside = self._beside, self._card
            card = self._card
            if not self._on or not isinstance(card, TypeACard) or self.radio.fate() is not Fate.HEARD:
                return None
            return card if not wanted_uid or card.uid == wanted_uid else None

    def type_a(self) -> TypeACard | None:
        """The type A card that was selected last, as long as it is there."""
        with self._lock:
            return self._card if self._on and isinstance(self._card, TypeACard) else None

    def find_type_b(self) -> TypeBCard | None:
        with self._lock:
            card = self._card if self._on and isinstance(self._card, TypeBCard) else None
            return card if card is not None and self.radio.fate() is Fate.HEARD else None

    def find_type_f(self) -> TypeFCard | None:
        with self._lock:
            card = self._card if self._on and isinstance(self._card, TypeFCard) else None
            return card if card is not None and self.radio.fate() is Fate.HEARD else None

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
            fate = self.radio.fate()
            answer = None if fate is Fate.COMMAND_LOST else self._card.exchange(command)
            return answer if fate is Fate.HEARD else None

    def _power_up(self) -> None:
        for card in (self._card, self._beside):
            if card is not None:
                card.power_up()


def _is(card: VirtualCard | None, uid: bytes) -> bool:
    return isinstance(card, TypeACard) and card.uid == uid
