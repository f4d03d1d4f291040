"""Fixtures that every part of the suite may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.counter import Counter
from tests.factories import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def counter(world: World) -> Iterator[Counter]:
    opened = world.open()
    yield opened
    opened.close()
