"""What the 电川 board ends by itself."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import Ended, Limits
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dianchuan import MoreTime
from tests.drivers.outlets.dianchuan.bench import EAST_3, LIMITS, Bench


@pytest.mark.parametrize(
    ("name", "minutes", "reason"),
    [
        ("bicycle", 2, StopReason.TIME_UP),
        ("full", 480, StopReason.UNPLUGGED),
        ("heater", 480, StopReason.OVERLOAD),
        (None, 480, StopReason.NO_PLUG),
    ],
)
def test_what_the_board_ends_itself_is_told_until_it_is_acknowledged(
    name: str | None, minutes: int, reason: StopReason, bench: Bench
) -> None:
    bench.shelter[3].load = load(name) if name else None
    bench.box._keeping.switch_on(3, "a1", Limits(minutes * 60, 6_000))
    bench.kept[3] = "a1"
    bench.run(5)
    if name == "full":
        bench.shelter[3].load = None
    bench.run(130)
    ends = bench.told(Ended)
    assert {(each.socket, each.order, each.reason, each.energy_wh) for each in ends} == {
        (EAST_3, "a1", reason, None)
    }
    assert ends[0].charged_s == {StopReason.TIME_UP: 120, StopReason.NO_PLUG: 0}.get(
        reason, ends[0].charged_s
    )
    bench.run(6)
    assert len(bench.told(Ended)) > len(ends) >= 1
    bench.box.acknowledge("a1")
    bench.run(1)
    bench.heard.clear()
    bench.run(30)
    assert bench.told(Ended) == []


def test_a_full_battery_ends_by_the_board(bench: Bench) -> None:
    bench.board.more_time = MoreTime.ADDS  # one that is started anew looks anew whether it is full
    bench.shelter[3].load = load("bicycle", 99)
    bench.box._keeping.switch_on(3, "a1", LIMITS)
    bench.kept[3] = "a1"
    bench.run(2)
    for _ in range(8):
        bench.shelter.pass_time(500)
        bench.run(1)
    assert {each.reason for each in bench.told(Ended)} == {StopReason.FULL}


def test_a_late_end_does_not_end_the_next_order(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.box.switch_off(3, "a1")
    bench.run(2)
    bench.start(3, "b2")
    bench.line.said(bytes.fromhex("EE0C05303030303030030001010A"))
    bench.run(1)
    assert bench.told(Ended) == []
    assert bench.last(3).is_on
