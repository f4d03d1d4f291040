"""So many acts in a minute for each who asks. Kept in memory, by each process of the office for itself."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable

PERIOD_S = 60.0


class Allowance:
    """`most` acts within `PERIOD_S` for each; who was quiet for so long is forgotten once `room` is full."""

    def __init__(
        self, most: int, clock_s: Callable[[], float] = time.monotonic, *, room: int = 10_000
    ) -> None:
        self._most, self._clock_s, self._room = most, clock_s, room
        self._acts: defaultdict[bytes, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def grant(self, who: bytes) -> bool:
        """Whether `who` may act once more; counted if so."""
        now_s = self._clock_s()
        with self._lock:
            if len(self._acts) >= self._room and who not in self._acts:
                self._forget(now_s - PERIOD_S)
            acts = self._acts[who]
            while acts and acts[0] <= now_s - PERIOD_S:
                acts.popleft()
            if len(acts) >= self._most:
                return False
            acts.append(now_s)
            return True

    def _forget(self, before_s: float) -> None:
        """Who was quiet since; if nobody was, everybody: memory stays bounded, and they may once more."""
        self._acts = defaultdict(
            deque, {who: acts for who, acts in self._acts.items() if acts and acts[-1] > before_s}
        )
        if len(self._acts) >= self._room:
            self._acts.clear()
