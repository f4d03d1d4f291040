"""Report a card once, from laying it down to lifting it.

A card is read in vain now and then while it comes near, so a failed read is tried again in the next rounds
and only told when the card has gone or stays unreadable. A round without a card is not yet a lifted card: a
tilted one drops out for a moment, and so does every card while a reader that stumbled is reopened.
"""

from __future__ import annotations

from drivers.cards.sensing import Sighting
from drivers.contracts import Trouble

READS_UNTIL_UNREADABLE = 4
MEMORY_MS = 2_000


class Presence:
    """Which card lies there and what became of it. Each round begins and then sees a card or misses it."""

    def __init__(self, rounds_until_lifted: int) -> None:
        self._rounds_until_lifted = rounds_until_lifted
        self._card: Sighting | None = None
        self._settled = True
        self._failed_reads = self._empty_rounds = self._looked_ms = 0

    @property
    def card(self) -> Sighting | None:
        """The card that lies there, as far as anyone knows."""
        return self._card

    @property
    def is_unsettled(self) -> bool:
        """Whether a card lies there that has yet to be read."""
        return self._card is not None and not self._settled

    def begin_round(self, now_ms: int) -> None:
        """Somebody looks for a card now; after a long time without, whatever lies there is new."""
        if now_ms - self._looked_ms > MEMORY_MS:
            self._forget()
        self._looked_ms = now_ms

    def saw(self, card: Sighting) -> bool:
        """Return whether this card is still to be read."""
        self._empty_rounds = 0
        if not card.is_same_card(self._card):
            self._card, self._settled, self._failed_reads = card, False, 0
        return not self._settled

    def read(self) -> None:
        """The card has been read and reported."""
        self._settled = True

    def failed(self) -> Trouble | None:
        """A read failed; return what to report, if it is time to."""
        self._failed_reads += 1
        if self._failed_reads < READS_UNTIL_UNREADABLE:
            return None
        self._settled = True
        return Trouble.UNREADABLE

    def missed(self) -> tuple[Trouble, bytes] | None:
        """No card in this round; return what to report if one left before it could be read."""
        self._empty_rounds += 1
        if self._card is None or self._empty_rounds < self._rounds_until_lifted:
            return None
        uid, unread = self._card.uid, not self._settled
        self._forget()
        return (Trouble.LIFTED, uid) if unread else None

    def _forget(self) -> None:
        self._card, self._settled = None, True
