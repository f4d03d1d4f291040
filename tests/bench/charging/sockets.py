"""A hundred sockets on ten lines: is the pace of looks held, what does it cost, how fast is a start.

The boxes are in this process, their simulated relays and meters in another, see `sheds`.
"""

from __future__ import annotations

import random
import statistics
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Limits, Sample, SocketId
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Pzem004t
from drivers.outlets.modbus.relays import TimedRelays
from drivers.outlets.relays.box import RelayBox
from drivers.outlets.relays.session import Pace
from drivers.outlets.rs485 import LineSettings, Rs485Line
from drivers.sim.outlets.rs485.making import BOARD, FIRST_METER
from tests.bench.charging.sheds import LINES, SOCKETS, sheds

WATCHED_S, STARTS = 30, 40
LIMITS = Limits(longest_s=36_000, most_dw=6_000)


class NotedRelays(TimedRelays):
    """Notes when each relay was told to close last."""

    told_s: dict[tuple[str, int], float] = {}  # noqa: RUF012

    def close(self, number: int) -> None:
        self.told_s[self.bus._line.port, number] = time.perf_counter()
        super().close(number)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.looks_s: dict[SocketId, list[float]] = {}
        self.boxes = [self._box(folder / str(each)) for each in range(LINES)]

    def _box(self, port: Path) -> RelayBox:
        line = Rs485Line(str(port), LineSettings())
        bus = ModbusBus(line)
        meters = [Pzem004t(bus, FIRST_METER + at) for at in range(SOCKETS)]
        relays = NotedRelays(bus, BOARD, SOCKETS, opens_after_ms=5_000)
        return RelayBox(port.name, [line], relays, meters, self._hear)

    def _hear(self, event: DeviceEvent) -> None:
        if isinstance(event, Sample):
            self.looks_s.setdefault(event.socket, []).append(time.perf_counter())

    def keep_on(self, seconds: int) -> None:
        """Let time pass, and say every second that all sessions go on."""
        for _ in range(seconds):
            for box in self.boxes:
                for number in range(1, SOCKETS + 1):
                    box.keep_on(number, f"{number:x}")
            time.sleep(1)

    def start_s(self, folder: Path) -> float:
        """From asking for current at a socket that is free until its relay is told."""
        box, number = random.choice(self.boxes), random.randint(1, SOCKETS)
        box.switch_off(number)
        self.keep_on(4)
        asked_s = time.perf_counter()
        box.switch_on(number, f"{number:x}", LIMITS)
        place = str(folder / box.name), number
        while NotedRelays.told_s[place] < asked_s:
            time.sleep(0.001)
        return NotedRelays.told_s[place] - asked_s


def measure() -> dict[str, Any]:
    with TemporaryDirectory() as name, sheds(Path(name)):
        bench = Bench(Path(name))
        with ExitStack() as stack:
            for box in bench.boxes:
                box.start()
                stack.callback(box.stop)
            while not all(box.ready for box in bench.boxes):
                time.sleep(0.1)
            for box in bench.boxes:
                for number in range(1, SOCKETS + 1):
                    box.switch_on(number, f"{number:x}", LIMITS)
            bench.keep_on(5)
            return _pace(bench) | _starts(bench, Path(name))


def _pace(bench: Bench) -> dict[str, Any]:
    bench.looks_s.clear()
    began_s, used_s = time.perf_counter(), time.process_time()
    bench.keep_on(WATCHED_S)
    share = (time.process_time() - used_s) / (time.perf_counter() - began_s)
    gaps_s = sorted(after - before for looks in bench.looks_s.values() for before, after in pairwise(looks))
    period_s = Pace().poll_ms / 1000
    return {
        "sockets": LINES * SOCKETS,
        "period_p50_ratio": statistics.median(gaps_s) / period_s,
        "period_p99_ratio": gaps_s[len(gaps_s) * 99 // 100] / period_s,
        "share_of_a_core": share,
    }


def _starts(bench: Bench, folder: Path) -> dict[str, Any]:
    took_s = sorted(bench.start_s(folder) for _ in range(STARTS))
    return {
        "start_to_relay_p50_s": statistics.median(took_s),
        "start_to_relay_p95_s": took_s[STARTS * 95 // 100],
    }
