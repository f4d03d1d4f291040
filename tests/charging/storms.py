"""One charging point that lives through storm after storm."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

from tests.charging.chance import HURRIED, TICK_S, Storm
from tests.charging.point import Point
from tests.factories import World

MOMENTS = 80


def storms_at_one_point(folder: Path, seed: int, sessions: int) -> int:
    """One after the other, until there were so many sessions; returns how many."""
    below = folder / str(seed)
    below.mkdir()
    with closing(Point(World(below), thresholds=HURRIED, tick_s=TICK_S)) as point:
        storm = Storm(point, random.Random(seed))
        while len(point.ends()) < sessions:
            storm.rage(MOMENTS)
            storm.calm()
            storm.check_money()
        return len(point.ends())
