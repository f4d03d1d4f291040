"""`make bench`: what design section 11 asks for, as ratios measured in one run, printed as JSON.

`python -m tests.bench line push` measures only these.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import busy, line, pins, process, screens, tap
from tests.bench.charging import intake, point, reports, sockets
from tests.bench.office import crowd, moving, pages, push

FEW, MANY = 1_000, 1_000_000
FEW_TAPS, MANY_TAPS = "tap", "tap_with_1000000_records"


def main() -> None:
    figures: dict[str, Any] = {"machine": machine()}
    for name in sys.argv[1:] or MEASURES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures[name] = MEASURES[name]()
    if figures.keys() >= {FEW_TAPS, MANY_TAPS}:
        few, many = figures[FEW_TAPS], figures[MANY_TAPS]
        figures["many_against_few_p50"] = many["p50_ratio"] / few["p50_ratio"]
    print(json.dumps(figures, indent=2))


MEASURES: dict[str, Callable[[], dict[str, Any]]] = {
    FEW_TAPS: lambda: tap.measure(FEW),
    MANY_TAPS: lambda: tap.measure(MANY),
    "process_with_1000000_records": lambda: process.measure(MANY),
    "line": line.measure,
    "screens": screens.measure,
    "push": push.measure,
    "busy": busy.measure,
    "crowd": crowd.measure,
    "moving": moving.measure,
    "pages": pages.measure,
    "pins": pins.measure,
    "sockets": sockets.measure,
    "charging_point": point.measure,
    "charging_intake": intake.measure,
    "charging_reports": reports.measure,
}


def machine() -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _processor() -> str:
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main()
