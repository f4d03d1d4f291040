"""The board that was seen once, and the same in both manners of answering."""

from __future__ import annotations

import pytest

from tests.drivers.outlets.dianchuan.bench import Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.open()
    bench.run(2)
    return bench


@pytest.fixture(params=[True, False], ids=["repeats ids", "answers with zeros"])
def either(request: pytest.FixtureRequest) -> Bench:
    bench = Bench()
    bench.board.repeats_ids = request.param
    bench.open()
    bench.run(2)
    return bench
