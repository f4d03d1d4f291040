"""Debian machines for the tests, where somebody may make them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.container.machine import Machine

Make = Callable[[list[Path]], Machine]


@pytest.fixture
def machine_of(tmp_path: Path) -> Iterator[Make]:
    """Makes a machine of layers, booted. It ends with the test, and what it changed goes with it."""
    if os.geteuid() != 0:
        pytest.skip("only root can make containers")
    with ExitStack() as ending:

        def make(layers: list[Path]) -> Machine:
            folder = tmp_path / "machine"
            ending.callback(shutil.rmtree, folder)  # pytest would keep it, and it is large
            machine = ending.enter_context(Machine(layers, folder))
            machine.boot()
            return machine

        yield make
