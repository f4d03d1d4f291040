"""What the driver of the 电川 board says of its sockets, and how often."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.outlets.contracts import Alarm, AlarmKind, Counts, OutletBox, Sample, SocketId
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dianchuan import Board
from tests.drivers.outlets.dianchuan.bench import EAST_3, LIMITS, Bench


def test_it_is_a_box_like_any_other(bench: Bench) -> None:
    assert isinstance(bench.box, OutletBox)
    assert (bench.box.name, bench.box.sockets, bench.box.counts) == ("east", 10, Counts.NOTHING)


def test_a_bicycle_is_charged_and_what_the_board_cannot_tell_is_none(either: Bench) -> None:
    either.shelter[3].load = load("bicycle")
    either.start(3, "a1")
    sample = either.last(3)
    assert (sample.socket, sample.is_on, sample.is_plugged, sample.power_dw) == (EAST_3, True, True, 1800)
    assert (sample.register, sample.temperature_c, sample.order) == (None, None, "")
    idle = either.last(4)
    assert (idle.is_on, idle.is_plugged, idle.power_dw) == (False, None, 0)
    either.box.switch_off(3, "a1")
    either.run(2)
    assert (either.last(3).is_on, either.last(3).power_dw) == (False, 0)
    assert either.board.started == [3]


def test_all_ports_are_looked_at_once_a_second(bench: Bench) -> None:
    before = len(bench.told(Sample))
    bench.run(60)
    assert len(bench.told(Sample)) - before == pytest.approx(600, abs=10)


def test_looks_go_on_each_second_after_much_was_switched(bench: Bench) -> None:
    for number in range(1, 11):
        bench.shelter[number].load = load("bicycle")
        bench.box._keeping.switch_on(number, f"a{number}", LIMITS)
        bench.kept[number] = f"a{number}"
    bench.run(4)
    bench.heard.clear()
    bench.run(3)
    assert len([each for each in bench.told(Sample) if each.socket.number == 7]) >= 2


@pytest.mark.parametrize(
    ("happens", "kind", "number"),
    [
        (lambda board: board.break_socket(3), AlarmKind.BOX_FAULT, 3),
        (lambda board: board.overload(), AlarmKind.BOX_OVERLOAD, None),
        (lambda board: board.lose_supply(), AlarmKind.POWER_CUT, None),
    ],
)
def test_faults_become_alarms_said_once(
    happens: Callable[[Board], None], kind: AlarmKind, number: int | None, bench: Bench
) -> None:
    for _ in range(3):
        happens(bench.board)
        bench.run(1)
    alarms = bench.told(Alarm)
    assert [(each.kind, each.is_on) for each in alarms] == [(kind, True)]
    assert alarms[0].socket == (None if number is None else SocketId("east", number))
    acknowledged = [frame for frame in bench.line.wire if frame[0] == 0x66]
    assert {frame.hex() for frame in acknowledged} == {"66090d303030303030" + "01" + "05"}
    bench.run(301)
    assert [each.is_on for each in bench.told(Alarm)] == [True, False]


def test_noise_on_the_line_costs_nothing(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    for _ in range(20):
        bench.line.said(bytes.fromhex("ee3002ffee6613"))
        bench.run(1)
    assert bench.last(3).power_dw == 1800
