"""What a meter says, and when a figure of it may become money.

A register is read twice at each look and believed if both readings agree. Then it has to fit what was read
there before: energy neither goes back nor comes faster than a socket's wires could carry it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from drivers.outlets.rs485 import NoAnswer

MOST_W = 4_000  # nothing that hangs on a socket of 10 A draws so much
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Reading:
    power_dw: int  # 0.1 W
    wh: int


class Meter(Protocol):
    @property
    def name(self) -> str:
        """Names the count of this meter, for `Register.name`."""

    @property
    def step_wh(self) -> int:
        """The smallest step of its register."""

    def read(self) -> Reading:
        """Read power and register, and the register once more. Raises `NoAnswer`."""


def agreed(name: str, first_wh: int, again_wh: int, step_wh: int) -> int:
    """Return what two readings right after each other say. Raises `NoAnswer` if they do not agree."""
    if not 0 <= again_wh - first_wh <= step_wh:
        raise NoAnswer(name, f"read {first_wh} Wh, and then {again_wh} Wh")
    return first_wh


class Continuity:
    """Whether a register goes on from where it was."""

    def __init__(self, step_wh: int) -> None:
        self._step_wh = step_wh
        self._wh: int | None = None
        self._at_ms = 0

    def believes(self, wh: int, now_ms: int) -> bool:
        """Take a register that goes on from the last one taken; refuse any other, and keep the last."""
        if self._wh is not None and not self._wh <= wh <= self._wh + self._possible_wh(now_ms):
            return False
        self._wh, self._at_ms = wh, now_ms
        return True

    def begin_anew(self) -> None:
        """Take whatever comes next: the meter was reset or changed, and nobody's money depends on it."""
        self._wh = None

    def _possible_wh(self, now_ms: int) -> int:
        return self._step_wh + MOST_W * (now_ms - self._at_ms) // HOUR_MS
