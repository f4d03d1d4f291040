"""How long a tap takes, from the card's answer to the sale on disk and on its way to the screens.

Measured against a bare commit of one row with the same durability, the two taking turns in the same run and
on the same disk, so that neither a busy machine nor a slow disk changes the ratio.
"""

from __future__ import annotations

import gc
import sqlite3
import time
from pathlib import Path
from typing import Any

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import create_app
from tests.bench.figures import percentile
from tests.bench.journals import FEN, PEOPLE, world_with
from tests.factories import World, uid_of

WARM_UP = 50


def measure(records: int) -> dict[str, Any]:
    """Taps of different residents, each a sale, on a journal of this length."""
    world = world_with(records)
    numbers = range(1001, 1001 + PEOPLE)
    world.add_many(numbers, fen=FEN)
    bare = _Bare(world.folder / "bare.db")
    taps, commits = _in_turn(world, list(numbers), bare)
    return {
        "records": records,
        "tap_p50_ms": percentile(taps, 50),
        "tap_p99_ms": percentile(taps, 99),
        "bare_p50_ms": percentile(commits, 50),
        "bare_p99_ms": percentile(commits, 99),
        "p50_ratio": percentile(taps, 50) / percentile(commits, 50),
        "p99_ratio": percentile(taps, 99) / percentile(commits, 99),
    }


class _Bare:
    """One row, one commit, WAL and FULL: the least that durable can cost here."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)")

    def commit(self) -> None:
        self._connection.execute("INSERT INTO t (v) VALUES (?)", (b"x" * 160,))


def _in_turn(world: World, numbers: list[int], bare: _Bare) -> tuple[list[float], list[float]]:
    kiosk = create_app(world.settings(), lambda *_: [], world.time.source())
    kiosk.look()
    kiosk.counter()._prover.join()
    taps, commits = [], []
    gc.collect()
    gc.freeze()
    with kiosk.board.watching() as news:
        for n, number in enumerate(numbers):
            event = CardTap(uid_of(number), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, n)
            taps.append(_ms(lambda event=event: kiosk.taps.handle(event)))
            outcome = news.get_nowait().outcome
            assert outcome is not None
            assert outcome.code == "served"
            commits.append(_ms(bare.commit))
    kiosk.counter().close()
    return taps[WARM_UP:], commits[WARM_UP:]


def _ms(act: Any) -> float:
    start = time.perf_counter_ns()
    act()
    return (time.perf_counter_ns() - start) / 1e6
