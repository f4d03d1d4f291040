"""Slips that wait for the printer, in order. The oldest stays until it is on paper."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from drivers.errors import QueueFull
from drivers.slip import Slip


@dataclass(slots=True)
class Job:
    """One slip. `begun`: some of it may be on paper already."""

    slip: Slip
    begun: bool = False


class Jobs:
    """Anybody adds, the printer's own thread takes away."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[Job] = deque()
        self._lock = threading.Lock()
        self._added = threading.Event()

    def add(self, slip: Slip) -> None:
        """Raises `QueueFull`: the oldest stay, so that what is printed has no gaps but at its end."""
        with self._lock:
            if len(self._waiting) >= self._most:
                raise QueueFull(len(self._waiting))
            self._waiting.append(Job(slip))
        self._added.set()

    def oldest(self) -> Job | None:
        with self._lock:
            return self._waiting[0] if self._waiting else None

    def done(self) -> None:
        """The oldest is on paper."""
        with self._lock:
            self._waiting.popleft()

    def wait(self, seconds: float) -> None:
        """Until one is added."""
        if self._added.wait(seconds):
            self._added.clear()
