"""From a section of `kiosk.toml` to a box of relays and meters, and what its simulator can be told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.outlets.contracts import Alarm, Limits, Sample
from drivers.outlets.dlt645.meter import Dlt645Meter
from drivers.outlets.modbus.meters import Ddsu666
from drivers.outlets.modbus.relays import PlainRelays, TimedRelays
from drivers.outlets.opening import open_boxes
from drivers.outlets.relays import box as relay_box
from drivers.outlets.relays.box import RelayBox
from drivers.outlets.relays.session import Pace
from drivers.sim.commands import execute
from drivers.sim.keyboard import parse
from drivers.sim.outlets.faults import SlaveFault
from drivers.sim.outlets.rs485.making import relays_and_meters
from drivers.sim.outlets.rs485.modbus import RelayBoardSlave
from drivers.sim.outlets.rs485.simulator import Rs485Simulator
from drivers.sim.outlets.shelter import Shelter
from kiosk.settings import OutletSection
from tests.drivers.witness import Witness, until


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Rs485Simulator]:
    shelter = Shelter(2)
    with Rs485Simulator(tmp_path / "shed", shelter, relays_and_meters(shelter)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_box, "Pace", lambda: Pace(poll_ms=20, meter_lags_ms=20))


def section(port: str, **changes: object) -> OutletSection:
    keys = {"driver": "relays", "port": port, "name": "shed", "relays": "timed", "meter": "pzem"}
    return OutletSection(**keys | {"meters": (11, 12)} | changes)  # type: ignore[arg-type]


def test_a_section_becomes_a_box_that_conducts(simulator: Rs485Simulator, witness: Witness) -> None:
    (box,) = open_boxes([section(simulator.path)], witness, lambda: 0)
    box.start()
    until(lambda: box.ready, "the box to be ready")
    execute(simulator, parse("plug 2 bicycle 30"))
    box.switch_on(2, "0000000000000001", Limits(3_600, 6_000))
    flowing = witness.await_event(Sample, lambda sample: bool(sample.power_dw))
    assert (flowing.socket.number, flowing.power_dw, flowing.is_on) == (2, 1_800, True)
    box.stop()
    assert not simulator.shelter[2].is_closed


def opened(witness: Witness, **changes: object) -> RelayBox:
    (box,) = open_boxes([section("/dev/ttyUSB3", **changes)], witness, lambda: 0)
    assert isinstance(box, RelayBox)
    return box


def test_the_keys_choose_relays_and_meters(witness: Witness) -> None:
    box = opened(witness, relays="plain", meter="ddsu666", board=7, meters=(21, 22, 23))
    session = box._supervisor._new_session()
    assert (box.name, box.sockets) == ("shed", 3)
    assert isinstance(session._relays, PlainRelays) and session._relays.slave == 7  # type: ignore[attr-defined]
    assert [type(each) for each in session._meters] == [Ddsu666] * 3  # type: ignore[attr-defined]


def test_meters_on_a_line_of_their_own(witness: Witness) -> None:
    box = opened(witness, meter="dlt645", meters=("202309120001",), meters_port="/dev/ttyUSB4")
    session = box._supervisor._new_session()
    assert isinstance(session._relays, TimedRelays)  # type: ignore[attr-defined]
    assert [(type(each), each.name) for each in session._meters] == [  # type: ignore[attr-defined]
        (Dlt645Meter, "dlt645-202309120001")
    ]
    lines = session._lines  # type: ignore[attr-defined]
    assert [(line.port, line.settings.baudrate, line.settings.parity) for line in lines] == [
        ("/dev/ttyUSB3", 9600, "N"),
        ("/dev/ttyUSB4", 2400, "E"),
    ]


def test_a_simulator_is_told_by_socket_what_is_wrong(simulator: Rs485Simulator) -> None:
    board = simulator.wire.slaves[0]
    assert isinstance(board, RelayBoardSlave)
    for line in (
        "fault late 2",
        "fault absent",
        "fault welded 1",
        "fault coil_dead 2",
        "fault meter_reset 1",
    ):
        assert execute(simulator, parse(line)) == {"ok": True}
    assert simulator.wire.faults == {12: SlaveFault.LATE, 1: SlaveFault.ABSENT}
    assert simulator.shelter[1].is_welded
    assert board.dead == {2}
    assert execute(simulator, parse("recover")) == {"ok": True}
    assert (simulator.wire.faults, board.dead, simulator.shelter[1].is_welded) == ({}, set(), False)
    assert execute(simulator, parse("fault smoke"))["ok"] is False


def test_a_welded_relay_is_an_alarm(simulator: Rs485Simulator, witness: Witness) -> None:
    (box,) = open_boxes([section(simulator.path)], witness, lambda: 0)
    box.start()
    execute(simulator, parse("plug 1 bicycle 30"))
    execute(simulator, parse("fault welded 1"))
    assert str(witness.await_event(Alarm).socket) == "shed/1"
    box.stop()
