"""A row of sockets, and what is plugged into them, on one clock that may run faster than the world's.

What a box is to switch and to measure hangs here, and stays when the box is restarted or loses its mains.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drivers.clock import MonotonicMs, monotonic_ms
from drivers.sim.outlets.battery import Load

AMBIENT_C = 25.0
WARMS_IN_S = 300.0  # a socket comes two thirds nearer to its final temperature in this time


@dataclass(slots=True)
class Socket:
    """A relay, a socket behind it, and what is plugged in. `is_closed` is what the relay was told."""

    load: Load | None = None
    is_closed: bool = False
    is_welded: bool = False  # conducts whatever the relay was told
    is_broken: bool = False  # never conducts
    energy_wh: float = 0.0  # that ever flowed
    temperature_c: float = AMBIENT_C
    has_mains: bool = True

    @property
    def is_plugged(self) -> bool:
        return self.load is not None

    @property
    def conducts(self) -> bool:
        return self.has_mains and (self.is_welded or (self.is_closed and not self.is_broken))

    @property
    def power_dw(self) -> int:
        return round(self.load.power_dw()) if self.load is not None and self.conducts else 0

    def to_json(self) -> dict[str, Any]:
        """As it is seen from outside."""
        return {
            "is_plugged": self.is_plugged,
            "is_closed": self.is_closed,
            "power_dw": self.power_dw,
            "energy_wh": round(self.energy_wh),
            "temperature_c": round(self.temperature_c),
        }

    def run(self, seconds: float) -> None:
        """Let time pass."""
        if self.load is None and self.temperature_c == AMBIENT_C:
            return
        warms_to_c = AMBIENT_C
        if self.load is not None and self.conducts:
            warms_to_c += self.load.rise_c * self.load.power_dw() / self.load.most_dw
            self.energy_wh += self.load.run(seconds)
        gone = 1 - math.exp(-seconds / WARMS_IN_S)
        self.temperature_c += (warms_to_c - self.temperature_c) * gone


class Shelter:
    """Sockets by number, from 1. Any thread may ask; each question first lets the time pass that is gone.

    `speed`: how many seconds pass for its sockets in one of the clock's.
    """

    def __init__(self, sockets: int, clock: MonotonicMs = monotonic_ms, speed: float = 1.0) -> None:
        self._sockets = [Socket() for _ in range(sockets)]
        self._clock, self._speed = clock, speed
        self._passing = threading.RLock()
        self._since_ms = clock()
        self._passed_s = 0.0

    def __len__(self) -> int:
        return len(self._sockets)

    def __getitem__(self, number: int) -> Socket:
        """Raises `ValueError` for a socket that is not there."""
        if not 1 <= number <= len(self._sockets):
            raise ValueError(f"socket = {number}: 1 to {len(self._sockets)} is allowed")
        self._catch_up()
        return self._sockets[number - 1]

    def __iter__(self) -> Iterator[Socket]:
        self._catch_up()
        return iter(self._sockets)

    @property
    def power_dw(self) -> int:
        return sum(each.power_dw for each in self)

    @property
    def passed_s(self) -> float:
        """How much time has passed for the sockets."""
        self._catch_up()
        return self._passed_s

    @property
    def own_s(self) -> float:
        """The same by the clock of a box that is not in their hurry: its orders are timed by the world's."""
        return self.passed_s / self._speed

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass for the sockets at once."""
        with self._passing:
            self._catch_up()
            self._run(seconds)

    def _catch_up(self) -> None:
        with self._passing:
            now_ms = self._clock()
            gone_s, self._since_ms = (now_ms - self._since_ms) / 1000 * self._speed, now_ms
            self._run(gone_s)

    def _run(self, seconds: float) -> None:
        self._passed_s += seconds
        for each in self._sockets:
            each.run(seconds)
