"""The door of the intake: a few batches are taken in at a time, all others are told when to come back.

After an outage every kiosk comes at once. Whoever finds the queue at the door full is promised a time of its
own, one after the other as fast as batches are being taken in, so that the office is never asked for more
than it can do, and nobody waits longer than the backlog takes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sync.errors import OfficeBusy

WAIT_S = 2.0  # at the door, for those who fit there
ROOM_AT_THE_DOOR = 4  # times the width: who comes when it was told to must not find the door full
LEAST_DELAY_MS, MOST_DELAY_MS = 500, 60_000
FIRST_GUESS_S = 0.05  # for one batch, until there is experience
WEIGHT = 0.1  # of the latest batch in the running mean


class Gate:
    """Admits `width` at a time and lets a few wait; `now_s` is a clock that never jumps."""

    def __init__(self, width: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._width, self._now_s = width, now_s
        self._inside = threading.BoundedSemaphore(width)
        self._at_the_door = threading.BoundedSemaphore(width * ROOM_AT_THE_DOOR)
        self._lock = threading.Lock()
        self._batch_s = FIRST_GUESS_S
        self._promised_s = 0.0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Do the block's work inside. Raises `OfficeBusy` with a delay if there is no room."""
        if not self._admit():
            raise OfficeBusy(self._promise_ms())
        began_s = self._now_s()
        try:
            yield
        finally:
            self._inside.release()
            self._learn(self._now_s() - began_s)

    def _admit(self) -> bool:
        if self._inside.acquire(blocking=False):
            return True
        if not self._at_the_door.acquire(blocking=False):
            return False
        try:
            return self._inside.acquire(timeout=WAIT_S)
        finally:
            self._at_the_door.release()

    def _learn(self, took_s: float) -> None:
        with self._lock:
            self._batch_s += WEIGHT * (took_s - self._batch_s)

    def _promise_ms(self) -> int:
        """The next free time that nobody was promised yet, from now."""
        with self._lock:
            now_s = self._now_s()
            self._promised_s = max(self._promised_s, now_s) + self._batch_s / self._width
            delay_ms = round((self._promised_s - now_s) * 1000)
            if delay_ms > MOST_DELAY_MS:
                self._promised_s = now_s  # more than come back within a minute: begin to hand out anew
        return min(max(delay_ms, LEAST_DELAY_MS), MOST_DELAY_MS)
