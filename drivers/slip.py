"""What goes on paper, as values: a printer lays it out, a test reads it, a screen could show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; what does not fit goes on in the next. `large` is double width and height."""

    text: str
    large: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A word at the left edge and a figure at the right."""

    left: str
    right: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, centred."""

    text: str


Part = Line | Pair | Rule | Code
Slip = tuple[Part, ...]
