"""What opens at a 电川 board, and how soon."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import Alarm, AlarmKind, Sample
from drivers.outlets.keeping import KEEP_ON_MS
from drivers.sim.outlets.battery import load
from tests.drivers.outlets.dianchuan.bench import EAST_3, LIMITS, Bench


def test_ten_sockets_in_use_are_opened_within_a_second(bench: Bench) -> None:
    for number in range(1, 11):
        bench.shelter[number].load = load("bicycle")
        bench.box._keeping.switch_on(number, f"a{number}", LIMITS)
        bench.kept[number] = f"a{number}"
    bench.run(4)
    bench.box.all_off()
    bench.run(0.5)
    assert not any(each.is_closed for each in bench.shelter)


def test_at_the_start_everything_is_switched_off_before_anything_is_told() -> None:
    bench = Bench()
    for number in (2, 7):
        bench.shelter[number].load = load("bicycle")
        bench.board._start(number, 480)
    bench.open()
    bench.run(3)
    assert [each.is_closed for each in bench.shelter] == [False] * 10
    assert all(sample.is_on is False and sample.power_dw == 0 for sample in bench.told(Sample))
    assert bench.told(Sample)


def test_what_nobody_keeps_on_is_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.run(KEEP_ON_MS / 1000 + 30)
    assert bench.last(3).is_on
    bench.run(KEEP_ON_MS / 1000 + 1, keeping=False)
    assert not bench.shelter[3].is_closed
    assert not bench.last(3).is_on


def test_a_line_that_was_lost_keeps_what_is_kept_and_opens_the_rest(bench: Bench) -> None:
    for number, order in ((3, "a1"), (4, "b2")):
        bench.shelter[number].load = load("bicycle")
        bench.start(number, order)
    del bench.kept[4]
    bench.session.close()
    bench.hands.turn(20)
    bench.box.keep_on(3, "a1")
    bench.open()
    bench.run(2)
    assert [bench.shelter[number].is_closed for number in (3, 4)] == [True, False]
    assert bench.board.started == [3, 4], "nothing was switched on twice"


def test_everything_goes_off_before_a_start_that_waits(bench: Bench) -> None:
    for number in (1, 2):
        bench.shelter[number].load = load("bicycle")
        bench.start(number, f"a{number}")
    bench.box._keeping.switch_on(5, "c3", LIMITS)
    bench.box.all_off()
    bench.line.wire.clear()
    bench.run(3)
    assert [frame[2] for frame in bench.line.wire[:11]] == [0x0B] * 10 + [0x01], "opened, then looked at"
    assert not any(each.is_closed for each in bench.shelter)
    assert 0x02 not in {frame[2] for frame in bench.line.wire}


def test_a_welded_relay_is_told_within_a_poll_and_opened_for_ever(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.shelter[3].is_welded = True
    bench.kept.clear()
    bench.box.switch_off(3, "a1")
    bench.run(1.5)
    assert [(each.kind, each.socket, each.is_on) for each in bench.told(Alarm)] == [
        (AlarmKind.RELAY_WELDED, EAST_3, True)
    ]
    bench.line.wire.clear()
    bench.run(5)
    assert len([frame for frame in bench.line.wire if frame[2] == 0x0B]) == pytest.approx(5, abs=1)
    assert {each.socket.number for each in bench.told(Sample)[-30:]} == set(range(1, 11)), "the rest goes on"
    bench.shelter[3].is_welded = False
    bench.run(2)
    assert [each.is_on for each in bench.told(Alarm)] == [True, False]


def test_a_board_that_restarts_is_seen_open_and_nothing_is_switched_on_again(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.start(3, "a1")
    bench.board.restart()
    bench.run(3)
    assert bench.last(3).is_on is False
    assert bench.board.started == [3]
