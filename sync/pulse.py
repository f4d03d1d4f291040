"""Whether work that never ends goes on: each loop says by when it will be heard of again, and keeps to it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pulse:
    """Of any number of loops. For any thread."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._until_s: dict[str, float] = {}

    def expect(self, loop: str, within_s: float) -> None:
        """To be called by a loop as it goes round."""
        self._until_s[loop] = self._clock_s() + within_s

    @property
    def beats(self) -> bool:
        """Whether none is late."""
        now_s = self._clock_s()
        return all(until_s >= now_s for until_s in list(self._until_s.values()))
