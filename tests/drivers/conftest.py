"""Nothing may be left behind: no thread, no open file."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.witness import Witness, until


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    threads, files = set(threading.enumerate()), _open_files()
    yield
    until(lambda: set(threading.enumerate()) <= threads, "the last thread to end")
    if _open_files() > files:
        gc.collect()
    assert _open_files() <= files


@pytest.fixture
def witness() -> Witness:
    return Witness()
