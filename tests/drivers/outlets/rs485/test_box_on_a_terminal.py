"""The box of relays and meters with its own threads, on pseudo terminals that are pulled out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import serial

from drivers.clock import monotonic_ms
from drivers.outlets.contracts import Limits, Sample
from drivers.outlets.dlt645.meter import SETTINGS, Dlt645Bus, Dlt645Meter
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.relays import PlainRelays
from drivers.outlets.relays.box import RelayBox
from drivers.outlets.relays.session import Pace
from drivers.outlets.rs485 import LineSettings, Rs485Line
from drivers.sim.faults import Fault
from drivers.sim.outlets.battery import Appliance
from drivers.sim.outlets.rs485 import dlt645, modbus
from drivers.sim.outlets.rs485.simulator import Rs485Simulator
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter
from drivers.supervision import Patience, Reason
from tests.drivers.witness import Witness, until

HASTE = Patience(first_pause_ms=20, longest_pause_ms=50)
PACE = Pace(poll_ms=20, meter_lags_ms=20)
PATIENT = LineSettings(answer_ms=2_000, late_ms=60)
NO_PARITY = replace(SETTINGS, parity=serial.PARITY_NONE)  # a terminal has none, and may refuse to be told
ADDRESSES = ["202309120001", "202309120002"]
ORDER, LIMITS = "0000000000000001", Limits(3_600, 6_000)


@pytest.fixture
def shelter() -> Shelter:
    shelter = Shelter(2)
    for socket in shelter:
        socket.load = Appliance(most_dw=1_800)
    return shelter


@pytest.fixture
def boards(shelter: Shelter, tmp_path: Path) -> Iterator[Rs485Simulator]:
    slave = modbus.RelayBoardSlave(1, shelter, monotonic_ms)
    with Rs485Simulator(tmp_path / "relays", shelter, Wire([slave], modbus.split)) as opened:
        yield opened


@pytest.fixture
def meters(shelter: Shelter, tmp_path: Path) -> Iterator[Rs485Simulator]:
    slaves = [dlt645.Dlt645Slave(each, shelter, at + 1) for at, each in enumerate(ADDRESSES)]
    with Rs485Simulator(tmp_path / "meters", shelter, Wire(slaves, dlt645.split)) as opened:
        yield opened


@pytest.fixture
def box(boards: Rs485Simulator, meters: Rs485Simulator, witness: Witness) -> Iterator[RelayBox]:
    """Relays on one line and meters on another."""
    lines = [Rs485Line(boards.path, PATIENT), Rs485Line(meters.path, NO_PARITY)]
    relays = PlainRelays(ModbusBus(lines[0]), 1, 2)
    read = [Dlt645Meter(Dlt645Bus(lines[1]), each) for each in ADDRESSES]
    box = RelayBox("shed", lines, relays, read, witness, pace=PACE, patience=HASTE)
    box.start()
    until(lambda: box.ready, "the box to be ready")
    yield box
    box.stop()


def _sample(witness: Witness, number: int, fits: Callable[[Sample], bool]) -> Sample:
    return witness.await_event(Sample, lambda sample: sample.socket.number == number and fits(sample))


def test_current_flows_and_stops(box: RelayBox, shelter: Shelter, witness: Witness) -> None:
    box.switch_on(2, ORDER, LIMITS)
    flowing = _sample(witness, 2, lambda sample: bool(sample.power_dw))
    assert (flowing.is_on, flowing.power_dw, flowing.order) == (True, 1_800, ORDER)
    assert flowing.register is not None and flowing.register.name == f"dlt645-{ADDRESSES[1]}"
    assert not shelter[1].is_closed
    box.switch_off(2, ORDER)
    assert _sample(witness, 2, lambda sample: sample.is_on is False).power_dw == 0
    assert not shelter[2].is_closed


@pytest.mark.parametrize("which", ["boards", "meters"])
def test_a_line_that_is_pulled_out_and_plugged_in(
    which: str, box: RelayBox, shelter: Shelter, witness: Witness, request: pytest.FixtureRequest
) -> None:
    box.switch_on(1, ORDER, LIMITS)
    _sample(witness, 1, lambda sample: bool(sample.power_dw))
    box.switch_off(1)
    line: Rs485Simulator = request.getfixturevalue(which)
    line.fail(Fault.UNPLUGGED)
    witness.await_state(ready=False)
    assert not box.ready
    line.recover()
    witness.await_state(ready=True, reason=Reason.READY)
    until(lambda: box.ready, "the box to be ready")
    assert not shelter[1].is_closed


def test_who_stops_the_box_leaves_no_relay_closed(box: RelayBox, shelter: Shelter, witness: Witness) -> None:
    box.switch_on(1, ORDER, LIMITS)
    _sample(witness, 1, lambda sample: bool(sample.power_dw))
    box.stop()
    assert not shelter[1].is_closed
