"""A clock that is set by hand."""

from __future__ import annotations


class Hands:
    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms

    def turn(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)
