"""Slow work one at a time, with a few who wait and a rest in between: so its cost is bounded."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class LaneFull(Exception):
    """As many as may wait are waiting: come back in a moment."""


class Lane:
    """Lets `room` in, of whom one is served and the others wait; `rest_s` between two."""

    def __init__(self, room: int, rest_s: float = 0.0) -> None:
        self._room, self._rest_s = threading.BoundedSemaphore(room), rest_s
        self._turn = threading.Lock()
        self._free_at_s = 0.0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Do the block's work when it is its turn. Raises `LaneFull`, at once."""
        if not self._room.acquire(blocking=False):
            raise LaneFull
        try:
            with self._turn:
                time.sleep(max(self._free_at_s - time.monotonic(), 0.0))
                try:
                    yield
                finally:
                    self._free_at_s = time.monotonic() + self._rest_s
        finally:
            self._room.release()
