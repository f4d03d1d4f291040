"""Relays and meters of Modbus, against slaves that misbehave one by one."""

from __future__ import annotations

import contextlib

import pytest

from drivers.outlets.metering import Reading
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Ddsu666, Pzem004t
from drivers.outlets.modbus.relays import PlainRelays, TimedRelays
from drivers.outlets.rs485 import NoAnswer
from drivers.sim.outlets.battery import Appliance
from drivers.sim.outlets.faults import SlaveFault
from drivers.sim.outlets.rs485.modbus import DdsuSlave, PzemSlave, RelayBoardSlave, split
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.outlets.rs485.virtual_line import VirtualClock, VirtualPort, virtual_line

BOARD, PZEM, DDSU = 1, 11, 12


@pytest.fixture
def shelter(clock: VirtualClock) -> Shelter:
    shelter = Shelter(4, clock)
    for socket in shelter:
        socket.load = Appliance(most_dw=2_400)
    return shelter


@pytest.fixture
def board(shelter: Shelter, clock: VirtualClock) -> RelayBoardSlave:
    return RelayBoardSlave(BOARD, shelter, clock)


@pytest.fixture
def meter(shelter: Shelter) -> PzemSlave:
    return PzemSlave(PZEM, shelter, 1, 70_000)


@pytest.fixture
def wire(shelter: Shelter, board: RelayBoardSlave, meter: PzemSlave) -> Wire:
    return Wire([board, meter, DdsuSlave(DDSU, shelter, 2, 12_340)], split)


@pytest.fixture
def line(wire: Wire, clock: VirtualClock) -> tuple[ModbusBus, VirtualPort]:
    line, port = virtual_line(wire, clock)
    return ModbusBus(line), port


Line = tuple[ModbusBus, VirtualPort]


def test_meters_say_what_flows_and_what_flowed(line: Line, shelter: Shelter) -> None:
    for number in (1, 2):
        shelter[number].is_closed = True
    shelter.pass_time(3600)
    assert Pzem004t(line[0], PZEM).read() == Reading(power_dw=2_400, wh=70_240)
    assert Ddsu666(line[0], DDSU).read() == Reading(power_dw=2_400, wh=12_580)


def test_a_relay_that_is_not_told_again_opens(line: Line, clock: VirtualClock) -> None:
    """So does the socket of a counter that died."""
    relays = TimedRelays(line[0], BOARD, 4, opens_after_ms=5_000)
    relays.close(2)
    clock.sleep(4)
    relays.close(2)
    clock.sleep(4)
    assert relays.look() == [False, True, False, False]
    clock.sleep(1.5)
    assert relays.look() == [False] * 4


def test_a_timed_relay_opens_when_told_to(line: Line) -> None:
    relays = TimedRelays(line[0], BOARD, 4, opens_after_ms=5_000)
    relays.close(3)
    relays.open(3)
    assert relays.look() == [False] * 4


def test_a_plain_relay_stays(line: Line, clock: VirtualClock) -> None:
    relays = PlainRelays(line[0], BOARD, 4)
    relays.close(4)
    clock.sleep(3_600)
    assert relays.look() == [False, False, False, True]
    relays.open(4)
    assert relays.look() == [False] * 4


@pytest.mark.parametrize("fault", [each for each in SlaveFault if each is not SlaveFault.TWICE])
def test_a_meter_that_misbehaves_says_nothing_that_counts(fault: SlaveFault, wire: Wire, line: Line) -> None:
    wire.faults[PZEM] = fault
    for _ in range(3):
        with pytest.raises(NoAnswer):
            Pzem004t(line[0], PZEM).read()
        assert Ddsu666(line[0], DDSU).read().wh == 12_340


def test_what_is_said_twice_is_not_taken_for_the_next_answer(wire: Wire, line: Line) -> None:
    for address in (PZEM, DDSU):
        wire.faults[address] = SlaveFault.TWICE
    heard = []
    for meter in [Pzem004t(line[0], PZEM), Ddsu666(line[0], DDSU)] * 5:
        with contextlib.suppress(NoAnswer):
            heard.append((meter.name, meter.read().wh))
    assert {*heard, ("pzem-11", 70_000), ("ddsu666-12", 12_340)} == {
        ("pzem-11", 70_000),
        ("ddsu666-12", 12_340),
    }


def test_a_late_answer_is_not_taken_for_the_next_question(line: Line, wire: Wire, meter: PzemSlave) -> None:
    """It says what flowed before."""
    wire.faults[PZEM] = SlaveFault.LATE
    with pytest.raises(NoAnswer):
        line[0].words(PZEM, 0, 9)
    wire.faults.clear()
    meter.offset_wh += 30
    assert Pzem004t(line[0], PZEM).read().wh == 70_030


def test_who_switches_is_told_when_nobody_answered(
    line: Line, wire: Wire, board: RelayBoardSlave, shelter: Shelter
) -> None:
    """Once, and not again: the relay may have closed."""
    wire.faults[BOARD] = SlaveFault.DEAF
    with pytest.raises(NoAnswer):
        PlainRelays(line[0], BOARD, 4).close(1)
    assert shelter[1].is_closed
    assert board.closings == {1: 1}
    assert len(line[1].sent) == 1


def test_a_line_that_babbles_is_not_waited_for(line: Line, wire: Wire) -> None:
    wire.faults[PZEM] = SlaveFault.WRONG_CRC
    line[1].mishap = lambda said: [*said, *said * 2_000]
    with pytest.raises(NoAnswer):
        Pzem004t(line[0], PZEM).read()
