"""Debian machines for the tests, where somebody may make them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from tests.container import before, documents, roots
from tests.container.following import INSTALLING
from tests.container.machine import Machine
from tests.container.packages import Packages, build, built
from tests.container.roots import made_once
from tests.container.town import Town, found

Make = Callable[[list[Path]], Machine]
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


@pytest.fixture(scope="session")
def shared() -> Iterator[Path]:
    """A folder of this run's, for all of its processes: on a disk, and gone with the last of them."""
    if os.geteuid() != 0:
        pytest.skip("only root can make containers")
    folder = roots.CACHE / "runs" / _RUN
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use").open("w") as in_use:
        fcntl.flock(in_use, fcntl.LOCK_SH)
        for each in folder.parent.iterdir():
            _remove_unused(each)
        yield folder
        fcntl.flock(in_use, fcntl.LOCK_UN)
        _remove_unused(folder)


def _remove_unused(folder: Path) -> None:
    """Another process may end at the same moment, and find or leave half of it."""
    with suppress(FileNotFoundError), (folder / "in-use").open("w") as in_use:
        try:
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def machine_of(shared: Path) -> Iterator[Make]:
    """Makes a machine of layers, booted. It ends with the test, and what it changed goes with it."""
    with ExitStack() as ending:

        def make(layers: list[Path]) -> Machine:
            folder = shared / uuid4().hex
            ending.callback(shutil.rmtree, folder)
            machine = ending.enter_context(Machine(layers, folder))
            machine.boot()
            return machine

        yield make


@pytest.fixture(scope="session")
def packages_for(shared: Path) -> Callable[[str], Packages]:
    """The two packages for a suite."""
    return lambda suite: built(made_once(shared / f"packages-{suite}", lambda folder: build(suite, folder)))


@pytest.fixture(scope="session")
def layers_for(packages_for: Callable[[str], Packages]) -> Callable[[str], list[Path]]:
    """A bare Debian with all that is to be installed within reach of apt, and nothing of it installed."""
    return lambda suite: roots.stocked(
        suite, [*documents.packages(INSTALLING), *before.NEEDED], packages_for(suite).needs()
    )


@pytest.fixture(scope="session")
def packages(packages_for: Callable[[str], Packages]) -> Packages:
    return packages_for(roots.host_suite())


@pytest.fixture(scope="session")
def layers(layers_for: Callable[[str], list[Path]]) -> list[Path]:
    return layers_for(roots.host_suite())


@pytest.fixture(scope="session")
def founded(shared: Path, layers: list[Path], packages: Packages) -> list[Path]:
    """The layers of a machine that is an office and a kiosk, made by the documents; one elder has eaten."""

    def make(folder: Path) -> None:
        with Machine(layers, folder) as machine:
            machine.boot()
            found(machine, packages)
            machine.shut_down()

    return [made_once(shared / "founded", make) / "upper", *layers]


@pytest.fixture
def town(founded: list[Path], machine_of: Make) -> Town:
    """An office and a kiosk that the documents made, switched on."""
    return Town(machine_of(founded), served=1)
