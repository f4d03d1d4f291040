"""DNY boxes that dial the kiosk over a real socket: cut connections, torn frames, boxes nobody knows."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.outlets.contracts import (
    Alarm,
    AlarmKind,
    Counts,
    Ended,
    Limits,
    OutletBox,
    Refused,
    Register,
    Sample,
)
from drivers.outlets.dny.box import DnyBox
from drivers.outlets.dny.frames import Frame, Splitter
from drivers.outlets.dny.server import DnyServer
from drivers.outlets.dny.words import REFUSED, Command
from drivers.outlets.opening import open_boxes
from drivers.outlets.reasons import StopReason
from drivers.sim.commands import OutletSimulator, execute
from drivers.sim.faults import Fault
from drivers.sim.keyboard import parse
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dny_dialling import BOX_ID, DnySimulator
from drivers.sim.outlets.faults import OutletFault
from drivers.supervision import Patience, Reason
from kiosk.settings import OutletSection
from tests.drivers.witness import Witness, until

LIMITS = Limits(longest_s=3600, most_dw=6_000)
OTHER_ID, UNKNOWN_ID = 0x05000001, 0x04000099


@pytest.fixture
def server(witness: Witness) -> DnyServer:
    return DnyServer("tcp://127.0.0.1:0", witness, patience=Patience(first_pause_ms=20, longest_pause_ms=50))


@pytest.fixture
def box(server: DnyServer, witness: Witness) -> Iterator[DnyBox]:
    box = DnyBox("east", BOX_ID, server, witness, lambda: 0)
    box.start()
    until(lambda: server.address is not None, "the server to listen")
    yield box
    box.stop()


def dialled(server: DnyServer) -> str:
    assert server.address is not None
    return f"tcp://127.0.0.1:{server.address[1]}"


@pytest.fixture
def simulator(box: DnyBox, server: DnyServer) -> Iterator[DnySimulator]:
    with DnySimulator(dialled(server)) as opened:
        until(lambda: box.ready, "the box to be seen")
        yield opened


def charge(box: DnyBox, witness: Witness, simulator: DnySimulator, order: str = "a1") -> None:
    simulator.shelter[1].load = load("bicycle")
    box.switch_on(1, order, LIMITS)
    witness.await_event(Sample, lambda sample: sample.order == order and sample.power_dw == 1800)


def test_it_is_a_box_like_any_other(box: DnyBox, simulator: DnySimulator) -> None:
    assert isinstance(box, OutletBox)
    assert isinstance(simulator, OutletSimulator)
    assert (box.name, box.sockets, box.counts) == ("east", 2, Counts.ORDERS)
    assert box.health().ready


def test_current_flows_is_counted_and_settled(box: DnyBox, simulator: DnySimulator, witness: Witness) -> None:
    charge(box, witness, simulator)
    simulator.shelter.pass_time(301)
    register = witness.await_event(Sample, lambda sample: sample.register is not None).register
    assert register == Register("a1", 10, is_of_order=True)
    box.switch_off(1, "a1")
    simulator.shelter.pass_time(2)
    until(lambda: bool(simulator.box.eeprom.settlements), "the box to settle")
    simulator.shelter.pass_time(3)
    ended = witness.await_event(Ended)
    assert (ended.order, ended.reason, ended.energy_wh) == ("a1", StopReason.STOPPED, 10)
    box.acknowledge("a1")
    until(lambda: not simulator.box.eeprom.settlements, "the box to forget it")


@pytest.mark.parametrize("fault", [OutletFault.IN_PIECES, OutletFault.TOGETHER])
def test_frames_torn_or_joined_on_the_way(
    fault: OutletFault, box: DnyBox, simulator: DnySimulator, witness: Witness
) -> None:
    simulator.fail(fault)
    charge(box, witness, simulator)
    assert simulator.box.started == ["a1"]


def test_a_connection_cut_in_mid_frame_comes_back_and_opens_what_nobody_keeps(
    box: DnyBox, simulator: DnySimulator, witness: Witness
) -> None:
    charge(box, witness, simulator)
    simulator.fail(OutletFault.CUT_IN_FRAME)
    box.switch_off(1)
    witness.await_state(ready=False, reason=Reason.UNPLUGGED)
    until(lambda: box.ready and not simulator.shelter[1].is_closed, "the socket to be seen open")
    charge(box, witness, simulator, "b2")
    assert simulator.box.started == ["a1", "b2"]


def test_a_box_without_a_network_is_waited_for(
    box: DnyBox, simulator: DnySimulator, witness: Witness
) -> None:
    simulator.fail(Fault.UNPLUGGED)
    witness.await_state(ready=False, reason=Reason.UNPLUGGED)
    box.switch_on(1, "a1", LIMITS)
    assert witness.await_event(Refused).reason is StopReason.BOX_SILENT
    simulator.recover()
    witness.await_state(ready=True)


def test_a_restart_of_the_box_is_a_new_connection(
    box: DnyBox, simulator: DnySimulator, witness: Witness
) -> None:
    charge(box, witness, simulator)
    box._keeping.all_off()
    simulator.fail(OutletFault.RESTART)
    witness.await_state(ready=True)
    until(lambda: not simulator.shelter[1].is_closed, "what began again by itself to be opened")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (OutletFault.SMOKE, AlarmKind.SMOKE),
        (OutletFault.WATER, AlarmKind.WATER),
        (OutletFault.HEAT, AlarmKind.HEAT),
        (OutletFault.TILTED, AlarmKind.TAMPERED),
        (OutletFault.SUPPLY, AlarmKind.POWER_CUT),
    ],
)
def test_alarms_arrive(
    fault: OutletFault, kind: AlarmKind, box: DnyBox, simulator: DnySimulator, witness: Witness
) -> None:
    assert execute(simulator, parse(f"fault {fault}")) == {"ok": True}
    assert witness.await_event(Alarm).kind is kind


@pytest.mark.parametrize("fault", OutletFault)
def test_each_fault_is_known_to_a_box_or_refused_by_name(fault: OutletFault) -> None:
    simulator = DnySimulator("tcp://127.0.0.1:1")
    answer = execute(simulator, {"do": "fault", "name": fault, "socket": 2})
    assert answer["ok"] or f"cannot be {fault}" in answer["error"]
    simulator.recover()
    assert simulator.current_fault is None


def test_several_boxes_at_one_server_are_told_apart_by_their_ids(server: DnyServer, witness: Witness) -> None:
    boxes = [
        DnyBox(name, box_id, server, witness, lambda: 0) for name, box_id in (("a", BOX_ID), ("b", OTHER_ID))
    ]
    for each in boxes:
        each.start()
    until(lambda: server.address is not None, "the server to listen")
    with DnySimulator(dialled(server)) as small, DnySimulator(dialled(server), OTHER_ID) as large:
        until(lambda: all(each.ready for each in boxes), "both boxes to be seen")
        large.shelter[9].load = load("bicycle")
        boxes[1].switch_on(9, "a1", LIMITS)
        witness.await_event(Sample, lambda sample: str(sample.socket) == "b/9" and bool(sample.is_on))
        boxes[0].stop()
        assert boxes[1].health().ready, "the server goes on for the other"
        assert (small.box.started, large.box.started) == ([], ["a1"])
        boxes[1].stop()


def test_a_box_that_nobody_named_is_refused_and_the_log_says_which(
    box: DnyBox, server: DnyServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert server.address is not None
    with caplog.at_level(logging.WARNING), socket.create_connection(server.address) as stranger:
        stranger.settimeout(5)
        stranger.sendall(Frame(UNKNOWN_ID, 7, Command.REGISTER, bytes(10)).encode())
        assert Splitter().feed(stranger.recv(100)) == [Frame(UNKNOWN_ID, 7, Command.REGISTER, REFUSED)]
        assert stranger.recv(100) == b"", "and hung up on"
    assert "box 04000099 at 127.0.0.1 is not in kiosk.toml" in caplog.text


def test_whoever_sends_noise_costs_nobody_anything(
    box: DnyBox, simulator: DnySimulator, server: DnyServer, witness: Witness
) -> None:
    assert server.address is not None
    with socket.create_connection(server.address) as noisy:
        noisy.sendall(b"DNY\xff\x00" + bytes(range(256)) * 20)
        charge(box, witness, simulator)


def test_a_port_that_is_taken_is_said_and_tried_again(witness: Witness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        box = DnyBox("east", BOX_ID, DnyServer(port, witness), witness, lambda: 0)
        box.start()
        assert witness.await_state(ready=False, reason=Reason.OCCUPIED).device == port
    witness.await_state(ready=True)
    box.stop()


def test_boxes_are_opened_as_the_settings_name_them(witness: Witness, tmp_path: Path) -> None:
    sections = [
        OutletSection(driver="dny", port="tcp://127.0.0.1:0", name=name, id=box_id)
        for name, box_id in (("a", "04AB373B"), ("b", "06000002"))
    ]
    boxes = open_boxes(sections, witness, lambda: 0)
    assert [(each.name, each.sockets) for each in boxes] == [("a", 2), ("b", 16)]
    for each in boxes:
        each.start()
    assert witness.await_state(ready=False).device in ("a", "b")
    for each in boxes:
        each.stop()
