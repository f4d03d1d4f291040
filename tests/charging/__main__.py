"""`python -m tests.charging --sessions 10000`: the storms of the tests, for longer. Prints JSON.

Each point has its own seed and lives through so many sessions; what breaks there is printed with its seed,
and the others go on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.charging.storms import storms_at_one_point

AT_ONE_POINT = 300


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.charging", description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="The first seed.")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="Points at a time.")
    asked = parser.parse_args()
    began_s, points = time.monotonic(), -(-asked.sessions // AT_ONE_POINT)
    seeds = range(asked.seed, asked.seed + points)
    sessions, broken = 0, []
    with ProcessPoolExecutor(asked.processes) as processes:
        for seed, (done, why) in zip(seeds, processes.map(_point, seeds), strict=True):
            sessions += done
            if why:
                broken.append(seed)
                print(f"\nseed {seed}:\n{why}", file=sys.stderr, flush=True)
            print(f"\rseed {seed}: {sessions:,} sessions", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    took_s = round(time.monotonic() - began_s)
    print(json.dumps({"seed": asked.seed, "sessions": sessions, "broken": broken, "took_s": took_s}))
    return int(bool(broken))


def _point(seed: int) -> tuple[int, str]:
    """How many sessions it lived through, and what broke; empty: nothing."""
    with tempfile.TemporaryDirectory(prefix="charging-") as folder:
        try:
            return storms_at_one_point(Path(folder), seed, AT_ONE_POINT), ""
        except AssertionError:
            return 0, traceback.format_exc()


if __name__ == "__main__":
    raise SystemExit(main())
