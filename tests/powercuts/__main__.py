"""`python -m tests.powercuts --cuts 30000`: the same lives as in the tests, for longer. Prints JSON.

Of four parts two only sell, one writes what other services write, and in one people ask for what they want.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.powercuts.lives import Tally, live_on, serve
from tests.powercuts.verbs import live_at_counters

CUTS_IN_A_PART = 500


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.powercuts", description=__doc__)
    parser.add_argument("--cuts", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args()
    began_s = time.monotonic()
    total: dict[str, float] = {"seed": asked.seed}
    with ProcessPoolExecutor() as processes:
        for tally in processes.map(_part, _parts(asked.cuts, asked.seed)):
            for name, figure in asdict(tally).items():
                total[name] = total.get(name, 0) + figure
            print(f"\r{total['cuts']:,} of {asked.cuts:,} cuts", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    total["cuts_per_s"] = round(total["cuts"] / (time.monotonic() - began_s), 1)
    total["cores"] = os.cpu_count() or 1
    print(json.dumps(total))
    return int(total["lost"] > 0 or total["damaged"] > 0 or total["cuts"] != asked.cuts)


def _parts(cuts: int, seed: int) -> Iterator[tuple[int, int, int]]:
    """Each part's number, how many cuts it has, and its seed."""
    for number, begin in enumerate(range(0, cuts, CUTS_IN_A_PART)):
        yield number, min(CUTS_IN_A_PART, cuts - begin), seed + number


def _part(asked: tuple[int, int, int]) -> Tally:
    number, cuts, seed = asked
    with tempfile.TemporaryDirectory(prefix="powercuts-") as folder:
        if number % 4 == 1:
            return live_on(Path(folder), cuts, seed, work=serve)
        if number % 4 == 3:
            return live_at_counters(Path(folder), cuts, seed)[0]
        return live_on(Path(folder), cuts, seed)


if __name__ == "__main__":
    raise SystemExit(main())
