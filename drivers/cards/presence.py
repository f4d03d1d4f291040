"""Report a card once, from laying it down to lifting it.

A card is read in vain now and then while it comes near, so it is read again in the next rounds, see
`drivers.cards.reads`. A round without a card is not yet a lifted card: a tilted one drops out for a moment,
and so does every card while a reader that stumbled is reopened.

Where two cards lie on a reader, now one answers and now the other. A card in place of another one, with no
empty round between them, is therefore left alone until it is seen twice running; and if the first one is seen
again, both lie there. Then nothing is read until the reader is empty.
"""

from __future__ import annotations

from enum import Enum, auto

from drivers.cards.reads import Reads
from drivers.cards.sensing import Sighting

MEMORY_MS = 2_000
ROUNDS_UNTIL_SWAPPED = 2


class Verdict(Enum):
    """What to do about the card that was seen."""

    READ = auto()
    LEAVE = auto()  # nothing, for now
    ANSWERED = auto()  # it was reported already
    CROWDED = auto()  # report that two cards lie there


class Presence:
    """Which card lies there and what became of it. Each round begins and then sees a card or misses it."""

    def __init__(self, rounds_until_lifted: int) -> None:
        self._rounds_until_lifted = rounds_until_lifted
        self._empty_rounds = self._looked_ms = 0
        self._card: Sighting | None = None
        self._former: Sighting | None = None  # lay there before, without an empty round in between
        self._successor: Sighting | None = None  # was seen in its place
        self._forget()

    @property
    def card(self) -> Sighting | None:
        """The card that lies there, as far as anyone knows."""
        return self._card

    @property
    def is_unsettled(self) -> bool:
        """Whether a card lies there that has yet to be read."""
        return self._card is not None and not self._settled

    @property
    def reads(self) -> Reads:
        """The reads of the card that lies there."""
        return self._reads

    def begin_round(self, now_ms: int) -> None:
        """Somebody looks for a card now; after a long time without, whatever lies there is new."""
        if now_ms - self._looked_ms > MEMORY_MS:
            self._forget()
        self._looked_ms = now_ms

    def saw(self, card: Sighting) -> Verdict:
        self._empty_rounds = 0
        if self._crowded:
            return Verdict.LEAVE
        if self._card is None:
            return self._begin(card)
        if card.is_same_card(self._card):
            if self._successor is not None:
                return self._crowd()
            return Verdict.ANSWERED if self._settled else Verdict.READ
        return self._saw_another(card)

    def settle(self) -> None:
        """The card has been reported."""
        self._settled = True

    def missed(self) -> bytes | None:
        """No card in this round; return the number of one that left before it could be read."""
        self._empty_rounds += 1
        if self._card is None or self._empty_rounds < self._rounds_until_lifted:
            return None
        uid, unread = self._card.uid, not self._settled
        self._forget()
        return uid if unread else None

    def _begin(self, card: Sighting) -> Verdict:
        self._card, self._successor, self._settled = card, None, False
        self._reads = Reads(self._looked_ms)
        return Verdict.READ

    def _saw_another(self, card: Sighting) -> Verdict:
        if card.is_same_card(self._former):
            return self._crowd()
        if not card.is_same_card(self._successor):
            self._successor, self._rounds_seen = card, 0
        self._rounds_seen += 1
        if self._rounds_seen < ROUNDS_UNTIL_SWAPPED:
            return Verdict.LEAVE
        self._former = self._card
        return self._begin(card)

    def _crowd(self) -> Verdict:
        self._crowded = self._settled = True
        return Verdict.CROWDED

    def _forget(self) -> None:
        self._card = self._former = self._successor = None
        self._settled, self._crowded, self._rounds_seen = True, False, 0
        self._reads = Reads(self._looked_ms)
