"""Whoever has the key of one kiosk gets no more than was stated before, and honest kiosks are not accused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.thief.attacks import ATTACKS
from tests.simulation.thief.robbery import rob
from tests.simulation.thief.table import Table

ROOT = Path(__file__).parents[3]


def _table(seeds: range) -> Table:
    table = Table()
    for seed in seeds:
        table.add(rob(seed))
    return table


def test_in_a_few_towns_a_thief_gets_no_more_than_was_stated() -> None:
    table = _table(range(3))
    assert not table.broken, "\n".join(table.broken)
    assert table.largest is not None and table.largest.harm.loss_fen > 0


@pytest.mark.deep
def test_in_forty_towns_everything_is_tried_and_nothing_gets_more_than_was_stated() -> None:
    """On all cores: by itself it was the last that all others waited for. More towns: `make soak`."""
    command = [sys.executable, "-m", "tests.simulation", "--thief", "--seed", "3", "--seeds", "40"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tried = {line.split(" | ")[0].removeprefix("| ") for line in done.stdout.splitlines()}
    assert set(ATTACKS) <= tried
