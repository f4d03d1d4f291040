"""How long to wait before trying again: by chance, up to twice as long each time.

The whole span is drawn from, so that kiosks that lost the office together do not find it together.
"""

from __future__ import annotations

import random

from sync.errors import OfficeBusy, SyncError

FIRST_S = 1.0
LONGEST_S = 60.0
AFTER_TURN_S = 0.25  # the office has spread those it sends away already


class Backoff:
    """Seconds to wait after each failure in a row, at most about `longest_s`."""

    def __init__(self, rng: random.Random | None = None, *, longest_s: float = LONGEST_S) -> None:
        self._rng = rng or random.SystemRandom()
        self._longest_s = longest_s
        self._failures = 0

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, error: SyncError) -> float:
        """Seconds to wait now. An office that answers is taken at its word, and little more."""
        if isinstance(error, OfficeBusy):  # it is there, and knows best when our turn is
            return min(error.delay_ms / 1000, self._longest_s) + self._rng.uniform(0, AFTER_TURN_S)
        span = min(self._longest_s, FIRST_S * 2 ** min(self._failures, 16))
        self._failures += 1
        return self._rng.uniform(0, span)
