"""Bars as a drawing: where each stands, in the units of a drawing of `WIDTH` by `HEIGHT`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.office.console import formats
from sync.office.console.reporting.pictures.picture import Bars
from sync.office.console.reporting.sheets import Shape

WIDTH, HEIGHT = 720, 330
LEFT, TOP, RIGHT, BOTTOM = 76, 14, 10, 44
TICKS = 4
MOST_LABELS = 10


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a bar; `words` say it to whoever points at it or does not see it."""

    x: float
    y: float
    width: float
    height: float
    part: int
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something written at a place on an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    parts: Sequence[str]
    blocks: Sequence[Block]
    levels: Sequence[Mark]
    places: Sequence[Mark]


def drawn(bars: Bars) -> Drawing:
    top = _round_up(bars.highest)
    room, high = (WIDTH - LEFT - RIGHT) / max(len(bars.along), 1), HEIGHT - TOP - BOTTOM
    ticks = range(0, top + 1, max(top // TICKS, 1))
    levels = [Mark(TOP + high * (1 - each / max(top, 1)), written(each, bars.shape)) for each in ticks]
    every = -(-len(bars.along) // MOST_LABELS) or 1
    places = [
        Mark(LEFT + room * (n + 0.5), _short(place)) for n, place in enumerate(bars.along) if n % every == 0
    ]
    return Drawing(bars.parts, list(_blocks(bars, top, room, high)), levels, places)


def _blocks(bars: Bars, top: int, room: float, high: float) -> Iterator[Block]:
    for n, (place, amounts) in enumerate(zip(bars.along, bars.amounts, strict=True)):
        below = 0
        for part, amount in enumerate(amounts):
            if amount:
                below += amount
                y = TOP + high * (1 - below / top)
                words = f"{place}, {bars.parts[part]}: {written(amount, bars.shape)}"
                yield Block(LEFT + room * (n + 0.12), y, room * 0.76, high * amount / top, part, words)


def written(amount: int, shape: Shape) -> str:
    """As the table beside it has it, without what says nothing: 1,234 yuan and not 1,234.00."""
    if shape is Shape.FEN:
        return formats.yuan(amount).removesuffix(".00")
    return f"{amount / 1000:,.1f}" if shape is Shape.WH else f"{amount:,}"


def _short(place: str) -> str:
    """A day without its year."""
    return place[5:] if len(place) == 10 and place[4] == "-" else place


def _round_up(highest: int) -> int:
    """The least of 4, 8, 12, 20, 40, 80, 120 ... that has room for it: every line is a round number."""
    power = 1
    while True:
        for step in (4, 8, 12, 20):
            if highest <= step * power:
                return step * power
        power *= 10
