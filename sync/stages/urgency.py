"""What cannot wait for the next step of a loop: tried at a pace of its own while the loop waits."""

from __future__ import annotations

import time
from collections.abc import Callable

from sync.errors import SyncError
from sync.stages.backoff import Backoff

LONGEST_S = 8.0  # between two attempts; half of it on the average


class Urgency:
    """`tell` tells whatever is urgent and was not told; it raises a `SyncError` where that fails.

    The first attempt is made at once. An office that is away for a week is asked every few seconds, and only
    by kiosks that have something urgent to say. Failures are not logged: the loop logs its own.
    """

    def __init__(self, tell: Callable[[], None], clock_s: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock_s = tell, clock_s
        self._backoff = Backoff(longest_s=LONGEST_S)
        self._not_before_s = 0.0

    def attend(self) -> None:
        """To be called often."""
        if self._clock_s() < self._not_before_s:
            return
        try:
            self._tell()
            self._backoff.succeeded()
        except SyncError as error:
            self._not_before_s = self._clock_s() + self._backoff.failed(error)
