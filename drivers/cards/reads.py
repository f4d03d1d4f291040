"""What came of reading one card while it lies there: once is enough for a good answer, not for an accusation.

Any answer may get lost on the air, and then the card seems to lack what it carries. So a read that was cut
short says nothing but the card's number, and a complete one that does not suffice is checked by another, with
a line that did not stumble.
"""

from __future__ import annotations

from drivers.cards.answering import Answer
from drivers.contracts import CardTap

READS_THAT_AGREE = 2
READ_AGAIN_MS = 1_500  # so long a card is read again; then whoever holds it hears that she should try again


class Reads:
    """The reads of one card from `begun_ms` on."""

    def __init__(self, begun_ms: int) -> None:
        self._begun_ms = begun_ms
        self._best: Answer | None = None
        self._complete = 0

    def add(self, answer: Answer) -> None:
        """Take note of one more read."""
        if not answer.complete:
            self._best = self._best or answer
            return
        if self._best is None or not answer.says_the_same(self._best):
            self._best, self._complete = answer, 1
        elif answer.sure:
            self._complete += 1 if self._best.sure else 0
            self._best = answer

    def is_over(self, now_ms: int) -> bool:
        """Whether reading on would not help."""
        return self._complete >= READS_THAT_AGREE or now_ms - self._begun_ms >= READ_AGAIN_MS

    def tap(self, answered_ms: int) -> CardTap | None:
        """The best that is known, None if no read told even the number."""
        if self._best is None:
            return None
        return CardTap(
            self._best.uid,
            self._best.family,
            self._best.authentication,
            self._best.signed_record,
            answered_ms,
            self._best.counter,
            self._complete,
        )
