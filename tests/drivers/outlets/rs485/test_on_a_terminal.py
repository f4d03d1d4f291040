"""The same slaves on a pseudo terminal, with pyserial at the other end."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import monotonic_ms
from drivers.outlets.dlt645.meter import SETTINGS, Dlt645Bus, Dlt645Meter
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Ddsu666, Pzem004t
from drivers.outlets.modbus.relays import TimedRelays
from drivers.outlets.rs485 import LineSettings, NoAnswer, Rs485Line
from drivers.sim.faults import Fault
from drivers.sim.outlets.faults import SlaveFault
from drivers.sim.outlets.rs485 import dlt645, modbus
from drivers.sim.outlets.rs485.simulator import Rs485Simulator
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.witness import until

METER = "202309120001"
PATIENT = LineSettings(answer_ms=2_000, late_ms=60)  # nobody waits but for what does not come


@pytest.fixture
def shelter() -> Shelter:
    return Shelter(2)


@pytest.fixture
def simulator(shelter: Shelter, tmp_path: Path) -> Iterator[Rs485Simulator]:
    slaves = [
        modbus.RelayBoardSlave(1, shelter, monotonic_ms),
        modbus.PzemSlave(11, shelter, 1, 500),
        modbus.DdsuSlave(12, shelter, 2, 700),
    ]
    with Rs485Simulator(tmp_path / "shed", shelter, Wire(slaves, modbus.split)) as opened:
        yield opened


@pytest.fixture
def line(simulator: Rs485Simulator) -> Iterator[Rs485Line]:
    line = Rs485Line(simulator.path, PATIENT)
    line.open()
    yield line
    line.close()


def test_several_slaves_answer_on_one_line(line: Rs485Line, shelter: Shelter) -> None:
    bus = ModbusBus(line)
    relays = TimedRelays(bus, 1, 2, opens_after_ms=60_000)
    relays.close(2)
    assert relays.look() == [False, True]
    assert shelter[2].is_closed
    assert Pzem004t(bus, 11).read().wh == 500
    assert Ddsu666(bus, 12).read().wh == 700


def test_a_relay_opens_by_itself(line: Rs485Line, shelter: Shelter) -> None:
    relays = TimedRelays(ModbusBus(line), 1, 2, opens_after_ms=100)
    relays.close(1)
    until(lambda: not shelter[1].is_closed, "the relay to open")


def test_an_answer_that_is_damaged_is_not_believed(line: Rs485Line, simulator: Rs485Simulator) -> None:
    simulator.fail(SlaveFault.WRONG_CRC, socket=1)
    with pytest.raises(NoAnswer):
        Pzem004t(ModbusBus(line), 11).read()
    simulator.recover()
    assert Pzem004t(ModbusBus(line), 11).read().wh == 500


def test_a_line_that_is_cut_is_no_silence(line: Rs485Line, simulator: Rs485Simulator) -> None:
    """It has to be opened anew."""
    simulator.fail(Fault.UNPLUGGED)
    with pytest.raises((OSError, termios.error)) as raised:
        ModbusBus(line).words(11, 0, 9)
    assert not isinstance(raised.value, NoAnswer)
    line.close()
    simulator.recover()
    line.open()
    assert Pzem004t(ModbusBus(line), 11).read().wh == 500


def test_a_slave_that_is_not_there_cannot_misbehave(simulator: Rs485Simulator) -> None:
    with pytest.raises(ValueError, match="socket = 3: it has no meter on this line"):
        simulator.fail(SlaveFault.LATE, socket=3)
    with pytest.raises(ValueError, match="cannot be out_of_paper"):
        simulator.fail(Fault.OUT_OF_PAPER)


def test_a_dlt645_meter_on_a_line_of_its_own(tmp_path: Path, shelter: Shelter) -> None:
    wire = Wire([dlt645.Dlt645Slave(METER, shelter, 1, 12_340)], dlt645.split)
    with Rs485Simulator(tmp_path / "meters", shelter, wire) as simulator:
        line = Rs485Line(simulator.path, SETTINGS)
        line.open()
        assert Dlt645Bus(line).address() == METER
        assert Dlt645Meter(Dlt645Bus(line), METER).read().wh == 12_340
        line.close()
