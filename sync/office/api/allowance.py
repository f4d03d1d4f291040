"""So many acts in a minute for each who asks. Kept in memory, by each process of the office for itself."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable

PERIOD_S = 60.0


class Allowance:
    """`most` acts within `PERIOD_S` for each. Ask it only about those who are known: it forgets nobody."""

    def __init__(self, most: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock_s = most, clock_s
        self._acts: defaultdict[bytes, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def grant(self, who: bytes) -> bool:
        """Whether `who` may act once more; counted if so."""
        now_s = self._clock_s()
        with self._lock:
            acts = self._acts[who]
            while acts and acts[0] <= now_s - PERIOD_S:
                acts.popleft()
            if len(acts) >= self._most:
                return False
            acts.append(now_s)
            return True
