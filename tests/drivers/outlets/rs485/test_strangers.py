"""Others' Modbus: Debian's `mbpoll` asks our simulated slaves, npm's `modbus-serial` is asked by our driver.

What they said once stands in `strangers/` and is expected again, word for word.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import struct
import subprocess
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.outlets.metering import Reading
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Ddsu666, Pzem004t
from drivers.outlets.modbus.relays import PlainRelays, TimedRelays
from drivers.outlets.rs485 import LineSettings, NoAnswer, Rs485Line
from drivers.sim.outlets.battery import Appliance
from drivers.sim.outlets.rs485.modbus import DdsuSlave, PzemSlave, RelayBoardSlave, split
from drivers.sim.outlets.rs485.simulator import Rs485Simulator
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.witness import until

pytestmark = pytest.mark.deep

HERE = Path(__file__).parent / "strangers"
MODULES = Path(__file__).parents[4] / ".venv" / "node" / "node_modules"
LONG_S = 30


@pytest.fixture
def shelter() -> Shelter:
    return Shelter(4, clock=lambda: 0)


@pytest.fixture
def simulator(shelter: Shelter, tmp_path: Path) -> Iterator[Rs485Simulator]:
    for socket in shelter:
        socket.load = Appliance(most_dw=2_400)
    slaves = [
        RelayBoardSlave(1, shelter, lambda: 0),
        PzemSlave(11, shelter, 1, 70_000),
        DdsuSlave(12, shelter, 2, 12_340),
    ]
    with Rs485Simulator(tmp_path / "shed", shelter, Wire(slaves, split)) as opened:
        yield opened


def mbpoll(port: str, arguments: str) -> str:
    """What it answers to `arguments`, as one who types sees it, without the name of the port."""
    command = ["mbpoll", "-m", "rtu", "-b", "9600", "-P", "none", "-1", "-0"]
    words = arguments.split()
    at = words.index("PORT")
    asked = subprocess.run(
        [*command, *words[:at], port, *words[at + 1 :]], capture_output=True, text=True, timeout=LONG_S
    )
    said = [line.strip() for line in (asked.stdout + asked.stderr).splitlines()]
    return "\n".join(line for line in said if re.match(r"\[|Written|Read|Polling", line))


def conversation() -> list[tuple[str, str]]:
    """Questions and answers of the transcript: a question begins with `$`."""
    talk = (HERE / "mbpoll.txt").read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in talk.split("$ mbpoll ")[1:]]
    return [(question, answer.strip()) for question, _, answer in parts]


def test_mbpoll_talks_with_our_slaves_as_it_did(simulator: Rs485Simulator, shelter: Shelter) -> None:
    for question, answer in conversation():
        assert mbpoll(simulator.path, question) == answer, question
    assert [each.is_closed for each in shelter] == [True, True, False, False]


@contextmanager
def crossed_terminals() -> Iterator[tuple[str, str]]:
    """Two device files: what is written to one is read from the other."""
    ends = [pty.openpty(), pty.openpty()]
    stop_reading, stop = os.pipe()
    near = [end[0] for end in ends]
    for _, far in ends:
        tty.setraw(far)

    def carry() -> None:
        while True:
            ready, _, _ = select.select([*near, stop_reading], [], [])
            if stop_reading in ready:
                return
            for end in ready:
                os.write(near[1 - near.index(end)], os.read(end, 4096))

    carrier = threading.Thread(target=carry, daemon=True)
    carrier.start()
    try:
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])
    finally:
        os.write(stop, b"x")
        carrier.join()
        for descriptor in [*near, *(far for _, far in ends), stop_reading, stop]:
            os.close(descriptor)


def low_first(value: int) -> list[int]:
    return [value & 0xFFFF, value >> 16]


def floating(value: float) -> list[int]:
    return list(struct.unpack(">2H", struct.pack(">f", value)))


def at(first: int, words: list[int]) -> dict[int, int]:
    return {first + offset: word for offset, word in enumerate(words)}


HOLDS = {
    "coils": {"1": [False] * 4},
    "words": {
        "11": at(0, [2301, *low_first(783), *low_first(1_800), *low_first(123_456), 500, 99, 0]),
        "12": at(0x2000, [*floating(230.1), *floating(0.783), *floating(0.18)])
        | at(0x4000, floating(123.45)),
    },
}


@pytest.fixture
def stranger() -> Iterator[tuple[ModbusBus, list[str]]]:
    """Our bus to slaves of modbus-serial, and what these say of what was written."""
    assert MODULES.is_dir(), "`make test-deep` brings the packages of npm"
    with crossed_terminals() as (theirs, ours):
        server = subprocess.Popen(
            ["node", HERE / "server.js", theirs, json.dumps(HOLDS)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"NODE_PATH": str(MODULES)},
        )
        said: list[str] = []
        assert server.stdout is not None
        listener = threading.Thread(target=lambda: said.extend(_lines(server)), daemon=True)
        listener.start()
        until(lambda: "ready" in said, "the server of modbus-serial")
        line = Rs485Line(ours, LineSettings(answer_ms=2_000, late_ms=100))
        line.open()
        yield ModbusBus(line), said
        line.close()
        server.terminate()
        server.wait()
        listener.join()
        server.stdout.close()


def _lines(server: subprocess.Popen[str]) -> Iterator[str]:
    assert server.stdout is not None
    for line in server.stdout:
        yield line.strip()


def test_our_driver_reads_meters_of_modbus_serial(stranger: tuple[ModbusBus, list[str]]) -> None:
    bus, _ = stranger
    assert Pzem004t(bus, 11).read() == Reading(power_dw=1_800, wh=123_456)
    assert Ddsu666(bus, 12).read() == Reading(power_dw=1_800, wh=123_450)


def test_our_driver_switches_relays_of_modbus_serial(stranger: tuple[ModbusBus, list[str]]) -> None:
    bus, said = stranger
    relays = PlainRelays(bus, 1, 4)
    relays.close(3)
    assert relays.look() == [False, False, True, False]
    relays.open(3)
    assert relays.look() == [False] * 4
    TimedRelays(bus, 1, 4, opens_after_ms=5_000).close(2)  # it takes any value, and echoes it
    until(lambda: len(said) == 4, "what it says of each write")
    assert said[1:] == ["unit 1 coil 2 true", "unit 1 coil 2 false", "unit 1 coil 513 false"]


def test_a_refusal_of_modbus_serial_is_no_answer(stranger: tuple[ModbusBus, list[str]]) -> None:
    bus, _ = stranger
    with pytest.raises(NoAnswer):
        bus.words(11, 100, 2)
    assert Pzem004t(bus, 11).read().wh == 123_456
