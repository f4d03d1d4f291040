"""Modbus frames byte for byte, as the makers' manuals print them.

Relays: the wiki of Waveshare's board. PZEM-004T v3: its manual's example, 220.0 V, 1.000 A, 220.0 W.
"""

from __future__ import annotations

import minimalmodbus
import pytest

from drivers.outlets.metering import Reading
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Ddsu666, Pzem004t
from drivers.outlets.modbus.relays import PlainRelays, TimedRelays
from drivers.outlets.rs485 import NoAnswer
from drivers.sim.outlets.rs485.wire import Wire
from tests.drivers.outlets.rs485.virtual_line import VirtualClock, VirtualPort, virtual_line

RELAY_0_ON, RELAY_0_OFF, RELAY_0_FOR_700_MS = "01050000ff008c3a", "010500000000cdca", "0105020000078db0"
RELAYS_READ, RELAYS_0_AND_2 = "0101000000083dcc", "01010105918b"
PZEM_READ, PZEM_SAYS = "010400000009", "010412 0898 03e8 0000 0898 0000 0000 0000 01f4 0064"
PZEM_AGAIN, PZEM_SAYS_AGAIN = "010400050002", "010404 0000 0000"


def framed(text: str) -> bytes:
    """A frame of which the manual leaves the CRC out."""
    body = bytes.fromhex(text)
    return body + bytes(minimalmodbus._calculate_crc(body))


class Actor:
    """A slave that knows its part by heart."""

    address = 1

    def __init__(self) -> None:
        self.part: dict[bytes, bytes] = {}

    def plays(self, part: dict[str, str]) -> None:
        self.part = {framed(question): framed(answer) for question, answer in part.items()}

    def echoes(self, *frames: str) -> None:
        self.part |= {bytes.fromhex(each): bytes.fromhex(each) for each in frames}

    def answer(self, request: bytes) -> bytes | None:
        return self.part[request]

    def pass_time(self) -> None: ...


@pytest.fixture
def slave() -> Actor:
    return Actor()


@pytest.fixture
def line(slave: Actor, clock: VirtualClock) -> tuple[ModbusBus, VirtualPort]:
    line, port = virtual_line(Wire([slave], lambda data: ([data], b"")), clock)
    return ModbusBus(line), port


Line = tuple[ModbusBus, VirtualPort]


def test_a_timed_board_is_told_as_its_maker_says(slave: Actor, line: Line) -> None:
    bus, port = line
    slave.echoes(RELAY_0_FOR_700_MS, RELAY_0_OFF)
    slave.part[bytes.fromhex(RELAYS_READ)] = bytes.fromhex(RELAYS_0_AND_2)
    board = TimedRelays(bus, 1, 8, opens_after_ms=700)
    board.close(1)
    board.open(1)
    assert board.look() == [True, False, True, False, False, False, False, False]
    assert [each.hex() for each in port.sent] == [RELAY_0_FOR_700_MS, RELAY_0_OFF, RELAYS_READ]


def test_a_plain_board_is_told_as_the_standard_says(slave: Actor, line: Line) -> None:
    bus, port = line
    slave.echoes(RELAY_0_ON, RELAY_0_OFF)
    board = PlainRelays(bus, 1, 8)
    board.close(1)
    board.open(1)
    assert [each.hex() for each in port.sent] == [RELAY_0_ON, RELAY_0_OFF]


def test_an_echo_of_something_else_is_no_answer(slave: Actor, line: Line) -> None:
    bus, port = line
    slave.part[bytes.fromhex(RELAY_0_ON)] = bytes.fromhex(RELAY_0_OFF)
    with pytest.raises(NoAnswer):
        PlainRelays(bus, 1, 8).close(1)
    assert len(port.sent) == 1  # and is not told a second time by who has not looked


def test_a_pzem_is_read_as_its_manual_says(slave: Actor, line: Line) -> None:
    slave.plays({PZEM_READ: PZEM_SAYS, PZEM_AGAIN: PZEM_SAYS_AGAIN})
    assert Pzem004t(line[0], 1).read() == Reading(power_dw=2200, wh=0)


def test_a_register_of_32_bits_has_its_low_word_first(slave: Actor, line: Line) -> None:
    says = PZEM_SAYS.replace("0000 0000 0000 01f4", "0001 86a1 0001 01f4")
    slave.plays({PZEM_READ: says, PZEM_AGAIN: "010404 86a2 0001"})
    assert Pzem004t(line[0], 1).read() == Reading(power_dw=65_536 + 2200, wh=100_001)


def test_a_ddsu666_counts_in_floats(slave: Actor, line: Line) -> None:
    """1.5 kW, wired the wrong way round, and 12.34 kWh."""
    slave.plays({"010440000002": "010404 414570a4", "010420000006": "01040c 43663334 40d0a3d7 bfc00000"})
    assert Ddsu666(line[0], 1).read() == Reading(power_dw=15_000, wh=12_340)


@pytest.mark.parametrize("figure", ["7fc00000", "7f800000", "c1200000"])
def test_a_register_that_is_no_figure_is_no_answer(figure: str, slave: Actor, line: Line) -> None:
    slave.plays({"010440000002": f"010404 {figure}"})
    with pytest.raises(NoAnswer):
        Ddsu666(line[0], 1).read()


def test_a_register_that_says_two_things_is_no_answer(slave: Actor, line: Line) -> None:
    slave.plays({PZEM_READ: PZEM_SAYS, PZEM_AGAIN: "010404 0002 0000"})
    with pytest.raises(NoAnswer, match="read 0 Wh, and then 2 Wh"):
        Pzem004t(line[0], 1).read()


@pytest.mark.parametrize(
    "answer",
    [
        "020412 0898 03e8 0000 0898 0000 0000 0000 01f4 0064",  # from another address
        "010312 0898 03e8 0000 0898 0000 0000 0000 01f4 0064",  # to another function
        "010410 0898 03e8 0000 0898 0000 0000 0000 01f4 0064",  # says another number of bytes
        "010404 0000 0000",  # to another question
        "018402",  # no such register
    ],
)
def test_what_does_not_answer_the_question_is_refused(answer: str, slave: Actor, line: Line) -> None:
    slave.plays({PZEM_READ: answer})
    with pytest.raises(NoAnswer):
        line[0].words(1, 0, 9)
