"""A signed card on a line that keeps its speed: laid down until its answer is told.

Against what line and card need by themselves: the least conversation that reads the same, its bytes at the
same speed and its exchanges on the air, counted in the same run. The kiosk's own part is measured in `tap`.
"""

from __future__ import annotations

import queue
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import serial

from drivers.cards.reader import NfcReader
from drivers.contracts import CardTap, DeviceEvent, DeviceState
from drivers.pn532.frames import ACK
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.faults import Fault
from drivers.sim.lines.pace import Pace, exchange_s, on_the_line_s, search_s
from drivers.sim.readers.pn532 import Pn532Simulator
from tests.bench.figures import percentile
from tests.drivers.witness import KeyRing

TAPS = 60
RECORD = bytes(range(150))
LATENCY_TIMERS_MS = {"": 0, "_timer_1_ms": 1, "_timer_16_ms": 16}


def measure() -> dict[str, Any]:
    """At the speed the chip starts with and the highest, with and without an adapter's timer."""
    figures: dict[str, Any] = {}
    for baud in (115_200, 921_600):
        needed_ms = 1000 * _needed_s(baud)
        for name, timer_ms in LATENCY_TIMERS_MS.items():
            taps_ms, commands = _taps(Pace(timer_ms, fastest_baud=baud))
            figures[f"baud_{baud}{name}"] = {
                "commands": commands,
                "p50_ms": percentile(taps_ms, 50),
                "p99_ms": percentile(taps_ms, 99),
                "needed_ms": needed_ms,
                "p50_ratio": percentile(taps_ms, 50) / needed_ms,
            }
    return figures


def _card(number: int) -> CardSpec:
    return CardSpec(CardKind.NTAG215, b"\x04\xa1\xb2\xc3" + number.to_bytes(3), record=RECORD, counter=3)


def _taps(pace: Pace) -> tuple[list[float], int]:
    """The time of each tap, and the most usual number of commands."""
    taps_ms, commands, dice = [], [], random.Random(1)  # not for secrets
    with _reader(pace) as (simulator, events):
        for number in range(TAPS):
            time.sleep(0.3 + dice.random() * 0.3)
            before, laid_s = simulator.commands, time.perf_counter()
            simulator.place(_card(number))
            while not isinstance(event := events.get(timeout=10), CardTap):
                pass
            taps_ms.append(1000 * (time.perf_counter() - laid_s))
            commands.append(simulator.commands - before)
            assert event.signed_record == RECORD
            simulator.lift()
            time.sleep(0.3)
    return taps_ms, percentile(commands, 50)


@contextmanager
def _reader(pace: Pace) -> Iterator[tuple[Pn532Simulator, queue.Queue[DeviceEvent]]]:
    events: queue.Queue[DeviceEvent] = queue.Queue()
    with tempfile.TemporaryDirectory() as folder, Pn532Simulator(Path(folder) / "reader", pace) as simulator:
        reader = NfcReader(simulator.path, KeyRing(), events.put)
        reader.start()
        while not (isinstance(event := events.get(timeout=20), DeviceState) and event.ready):
            simulator.fail(Fault.UNPLUGGED)  # it was told a speed that its line does not bear
            simulator.recover()
        try:
            yield simulator, events
        finally:
            reader.stop()


def _needed_s(baud: int) -> float:
    """What the least conversation takes: found, CRC check off, version, memory in two pieces, counter."""
    last_page = 4 + (len(RECORD) + 40) // 4
    bytes_on_line, air_s = 0, search_s(is_found=True, was_off=False)
    with tempfile.TemporaryDirectory() as folder, Pn532Simulator(Path(folder) / "reader") as simulator:
        simulator.place(_card(0))
        with serial.Serial(simulator.device_file, 115_200, timeout=0.2) as line:
            asked = ("4A0100", "08630300", "4260", "423A000B", f"423A0C{last_page:02X}", "423902")
            for at, command in enumerate(map(bytes.fromhex, asked)):
                frame = _frame(command)
                line.write(frame)
                answer = line.read(len(ACK)) + line.read(300)
                if at:  # the search was asked before the card came
                    bytes_on_line += len(frame) + len(ACK)
                bytes_on_line += len(answer) - len(ACK)
                if command[0] == 0x42:
                    air_s += exchange_s(len(command) - 1, len(answer) - len(ACK) - 10)
    return on_the_line_s(bytes_on_line, baud) + air_s


def _frame(command: bytes) -> bytes:
    body = b"\xd4" + command
    return b"\x00\x00\xff" + bytes([len(body), -len(body) & 0xFF]) + body + bytes([-sum(body) & 0xFF, 0])
