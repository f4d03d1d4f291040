"""Very many sessions with faults at random: no current for nobody, nothing billed that did not flow, no hold
forgotten, no fen made or lost.
"""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from tests.charging.chance import HURRIED, TICK_S, Storm
from tests.charging.point import Point
from tests.factories import World

SESSIONS, VERY_MANY = 100, 10_000
AT_ONE_POINT = 300
MOMENTS = 80


def test_random_sessions_with_random_faults(tmp_path: Path) -> None:
    assert storms_at_one_point(tmp_path, 0, SESSIONS) >= SESSIONS


@pytest.mark.deep
def test_ten_thousand_random_sessions_with_random_faults(tmp_path: Path) -> None:
    done = 0
    for seed in range(1, VERY_MANY):
        if done >= VERY_MANY:
            break
        done += storms_at_one_point(tmp_path, seed, AT_ONE_POINT)


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
