"""A box that was seen once."""

from __future__ import annotations

import pytest

from tests.drivers.outlets.dny.bench import Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.connect()
    bench.run(3)
    return bench
