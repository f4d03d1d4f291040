"""Boxes on pseudo terminals, as on a counter: cables pulled, processes that end, boxes told what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.outlets.contracts import Alarm, AlarmKind, Limits, OutletBox, Refused, Sample
from drivers.outlets.dianchuan.box import DianchuanBox
from drivers.outlets.dianchuan.exchanges import Timing
from drivers.outlets.opening import open_boxes
from drivers.outlets.reasons import StopReason
from drivers.sim.commands import execute
from drivers.sim.faults import Fault
from drivers.sim.keyboard import parse
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dianchuan import DianchuanSimulator
from drivers.sim.outlets.faults import OutletFault
from drivers.sim.outlets.shelter import Shelter
from drivers.supervision import Patience, Reason
from kiosk.services.charging.service import Boxes
from kiosk.settings import OutletSection
from tests.drivers.witness import Witness, until

HASTE = Patience(first_pause_ms=20, longest_pause_ms=50)
QUICK = Timing(poll_ms=50, answer_ms=100, late_ms=50)
LIMITS = Limits(longest_s=3600, most_dw=6_000)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[DianchuanSimulator]:
    with DianchuanSimulator(tmp_path / "board") as opened:
        yield opened


@pytest.fixture
def box(simulator: DianchuanSimulator, witness: Witness) -> Iterator[DianchuanBox]:
    box = DianchuanBox("east", simulator.path, witness, patience=HASTE, timing=QUICK)
    box.start()
    until(lambda: box.ready, "the board to be seen")
    yield box
    box.stop()


def charge(box: OutletBox, witness: Witness, shelter: Shelter, number: int = 3) -> None:
    shelter[number].load = load("bicycle")
    box.switch_on(number, "a1", LIMITS)
    witness.await_event(Sample, lambda sample: sample.socket.number == number and sample.power_dw == 1800)


def test_current_flows_and_is_off_when_the_kiosk_ends(
    box: DianchuanBox, simulator: DianchuanSimulator, witness: Witness
) -> None:
    charge(box, witness, simulator.shelter)
    box.stop()
    assert not simulator.shelter[3].is_closed
    box.stop()


def test_boxes_that_end_together_all_open_before_the_first_is_waited_for() -> None:
    done: list[str] = []

    class Noting(DianchuanBox):
        def all_off(self) -> None:
            done.append(f"{self.name} opens")

        def stop(self) -> None:
            done.append(f"{self.name} ends")

    Boxes([Noting(name, "", lambda _: None) for name in "ab"]).stop()
    assert done == ["a opens", "b opens", "a ends", "b ends"]


def test_a_cable_that_is_pulled_and_plugged_in_again_opens_what_nobody_keeps(
    box: DianchuanBox, simulator: DianchuanSimulator, witness: Witness
) -> None:
    charge(box, witness, simulator.shelter)
    simulator.fail(Fault.UNPLUGGED)
    witness.await_state(ready=False, reason=Reason.UNPLUGGED)
    assert not box.ready
    box.switch_on(4, "b2", LIMITS)
    assert witness.await_event(Refused).reason is StopReason.BOX_SILENT
    box._keeping.all_off()
    simulator.recover()
    until(lambda: box.ready, "the board to be seen again")
    assert not simulator.shelter[3].is_closed
    charge(box, witness, simulator.shelter, 4)
    assert simulator.board.started == [3, 4]


def test_a_board_that_falls_silent_and_comes_back(
    box: DianchuanBox, simulator: DianchuanSimulator, witness: Witness
) -> None:
    simulator.fail(Fault.SILENT)
    assert witness.await_state(ready=False).reason == Reason.SILENT
    simulator.recover()
    witness.await_state(ready=True)
    until(lambda: box.ready, "the board to be seen again")


def test_frames_that_arrive_damaged_now_and_then_change_nothing(
    box: DianchuanBox, simulator: DianchuanSimulator, witness: Witness
) -> None:
    simulator.fail(Fault.GARBLED)
    charge(box, witness, simulator.shelter)
    assert simulator.board.started == [3]


def test_it_does_what_it_is_told_at_its_door(
    box: DianchuanBox, simulator: DianchuanSimulator, witness: Witness
) -> None:
    assert execute(simulator, parse("plug 3 bicycle 50")) == {"ok": True}
    box.switch_on(3, "a1", LIMITS)
    witness.await_event(Sample, lambda sample: sample.power_dw == 1800)
    assert execute(simulator, {"do": "pass_time", "seconds": 60}) == {"ok": True}
    third = execute(simulator, {"do": "sockets"})["sockets"][2]
    assert (third["is_plugged"], third["is_closed"], third["power_dw"], third["energy_wh"]) == (
        True,
        True,
        1800,
        3,
    )
    execute(simulator, parse("fault welded 3"))
    box.switch_off(3)
    assert witness.await_event(Alarm).kind is AlarmKind.RELAY_WELDED
    assert execute(simulator, parse("unplug 3")) == {"ok": True}
    assert not witness.await_event(Alarm).is_on
    json.dumps(execute(simulator, {"do": "status"}))
    for wrong, named in (
        ("plug 11", "socket = 11: 1 to 10 is allowed"),
        ("plug 3 kettle", "load = 'kettle': bicycle,"),
        ("fault out_of_paper", "cannot be out_of_paper"),
        ("fault hungry", "'hungry'"),
    ):
        assert named in execute(simulator, parse(wrong))["error"]


@pytest.mark.parametrize("fault", OutletFault)
def test_each_fault_is_known_to_a_board_or_refused_by_name(
    fault: OutletFault, simulator: DianchuanSimulator
) -> None:
    answer = execute(simulator, {"do": "fault", "name": fault, "socket": 2})
    assert answer["ok"] or f"cannot be {fault}" in answer["error"]
    simulator.recover()
    assert simulator.current_fault is None


def test_boxes_are_opened_as_the_settings_name_them(simulator: DianchuanSimulator, witness: Witness) -> None:
    (box,) = open_boxes(
        [OutletSection(driver="dianchuan", port=simulator.path, name="east")], witness, lambda: 0
    )
    assert (box.name, box.sockets) == ("east", 10)
    box.start()
    assert witness.await_state(ready=True).device == "east"
    box.stop()
