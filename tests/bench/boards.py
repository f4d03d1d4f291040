"""A hundred sockets on ten boards of 电川: whether each is looked at every second, and what that costs.

The boards are simulated in a process of their own, on lines of 9600 baud; what is measured is the drivers'
process. All sockets charge, and all are kept on.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Limits, Sample, SocketId
from drivers.outlets.dianchuan.box import DianchuanBox
from drivers.outlets.dianchuan.exchanges import Timing
from drivers.sim.lines.pace import Pace
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dianchuan import DianchuanSimulator
from tests.bench.figures import percentile

BUSES = 10
WATCHED_S = 30.0
KEEP_ON_EVERY_S = 3.0
LIMITS = Limits(longest_s=8 * 3600, most_dw=6_000)
PERIOD_MS = Timing().poll_ms


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        links = [str(Path(folder) / f"bus{number}") for number in range(BUSES)]
        command = [sys.executable, "-m", "tests.bench.boards", *links]
        boards = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert boards.stdout is not None
            assert boards.stdout.readline(), "the boards are not there"
            return _watch(links)
        finally:
            boards.communicate()


class _Looks:
    """When each socket was looked at."""

    def __init__(self) -> None:
        self.at_ms: dict[SocketId, list[int]] = defaultdict(list)
        self.charging: set[SocketId] = set()

    def __call__(self, event: DeviceEvent) -> None:
        if isinstance(event, Sample):
            self.at_ms[event.socket].append(event.monotonic_ms)
            if event.power_dw:
                self.charging.add(event.socket)

    def between_ms(self) -> list[int]:
        looks = [list(each) for each in self.at_ms.values()]
        return [late - early for each in looks for early, late in itertools.pairwise(each)]


def _watch(links: Sequence[str]) -> dict[str, Any]:
    looks, ends = _Looks(), threading.Event()
    boxes = [DianchuanBox(Path(link).name, link, looks) for link in links]
    sockets = [(box, number) for box in boxes for number in range(1, box.sockets + 1)]
    for box in boxes:
        box.start()
    _until(lambda: all(box.ready for box in boxes))
    for box, number in sockets:
        box.switch_on(number, f"{number:x}", LIMITS)
    keeper = threading.Thread(target=_keep_on, args=(sockets, ends))
    keeper.start()
    try:
        _until(lambda: len(looks.charging) == len(sockets))
        looks.at_ms.clear()
        used_s, began_s = _used_s(), time.perf_counter()
        time.sleep(WATCHED_S)
        core_percent = 100 * (_used_s() - used_s) / (time.perf_counter() - began_s)
        between_ms = looks.between_ms()
    finally:
        ends.set()
        keeper.join()
        for box in boxes:
            box.stop()
    return {
        "sockets": len(sockets),
        "looks": len(between_ms),
        "period_p50": percentile(between_ms, 50) / PERIOD_MS,
        "period_p99": percentile(between_ms, 99) / PERIOD_MS,
        "core_percent": core_percent,
    }


def _keep_on(sockets: Sequence[tuple[DianchuanBox, int]], ends: threading.Event) -> None:
    while not ends.wait(KEEP_ON_EVERY_S):
        for box, number in sockets:
            box.keep_on(number, f"{number:x}")


def _used_s() -> float:
    times = psutil.Process().cpu_times()
    return times.user + times.system


def _until(condition: Any) -> None:
    while not condition():
        time.sleep(0.05)


def simulate(links: Sequence[str]) -> None:
    """Boards with a bicycle at each socket, until there is nothing more to read."""
    with ExitStack() as boards:
        for link in links:
            board = boards.enter_context(DianchuanSimulator(Path(link), pace=Pace()))
            for socket in board.shelter:
                socket.load = load("bicycle")
        print("there", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    simulate(sys.argv[1:])
