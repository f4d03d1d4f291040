"""How long to wait before trying again: by chance, up to twice as long each time.

The whole span is drawn from, so that kiosks that lost the office together do not find it together.
"""

from __future__ import annotations

import random

from sync.errors import OfficeBusy, SyncError

FIRST_S = 1.0
LONGEST_S = 60.0


class Backoff:
    """Seconds to wait after each failure in a row."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.SystemRandom()
        self._failures = 0

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, error: SyncError) -> float:
        """Seconds to wait now; never less than the office asked for."""
        span = min(LONGEST_S, FIRST_S * 2 ** min(self._failures, 16))
        self._failures += 1
        asked_s = error.delay_ms / 1000 if isinstance(error, OfficeBusy) else 0.0
        return asked_s + self._rng.uniform(0, span)
