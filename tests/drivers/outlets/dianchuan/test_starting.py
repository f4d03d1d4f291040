"""A start at the 电川 board: told once, whatever becomes of its answer."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import Refused
from drivers.outlets.dianchuan.words import Command
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.faults import OutletFault
from drivers.supervision import Reason
from tests.drivers.outlets.dianchuan.bench import EAST_3, LIMITS, Bench


@pytest.mark.parametrize("fault", [OutletFault.LOST_ANSWER, OutletFault.LATE_ANSWER, OutletFault.WRONG_SUM])
def test_a_start_whose_answer_is_lost_is_looked_for_and_never_told_twice(
    fault: OutletFault, either: Bench
) -> None:
    either.shelter[3].load = load("bicycle")
    either.run(0.1)
    either.session._round = []
    either.board.next_answer = fault
    either.start(3, "a1")
    starts = [frame for frame in either.line.wire if frame[2] == 0x02]
    assert (len(starts), either.board.started) == (1, [3])
    assert either.last(3).is_on
    assert either.told(Refused) == []


def test_a_start_that_was_never_heard_is_told_again(either: Bench) -> None:
    either.shelter[3].load = load("bicycle")
    either.session._round = []
    either.board.next_answer = OutletFault.LOST_QUESTION
    either.start(3, "a1")
    assert either.board.started == [3]
    assert either.last(3).is_on


def test_a_start_that_was_called_off_meanwhile_is_not_told_again(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    received = bench.board.received

    def lose_the_start(data: bytes) -> None:
        if data[2] != Command.START:
            received(data)
        elif bench.kept.pop(3, None):
            bench.box.switch_off(3)  # while its answer is waited for
        else:
            received(data)

    bench.board.received = lose_the_start  # type: ignore[method-assign]
    bench.start(3, "a1")
    assert bench.board.started == []
    assert bench.told(Refused) == []


def test_a_board_that_says_no_is_reported_once_with_a_reason(bench: Bench) -> None:
    bench.board._start = lambda number, minutes: 2  # type: ignore[method-assign]
    bench.start(3, "a1")
    assert [(each.socket, each.order, each.reason) for each in bench.told(Refused)] == [
        (EAST_3, "a1", StopReason.BOX_FAULT)
    ]
    assert bench.box._keeping.order(3) == ""


def test_a_board_that_falls_silent_is_given_up_and_the_start_refused(bench: Bench) -> None:
    bench.board.received = lambda data: None  # type: ignore[method-assign]
    bench.box._keeping.switch_on(3, "a1", LIMITS)
    with pytest.raises(TimeoutError) as caught:
        bench.run(10)
    assert bench.session.diagnose(caught.value) is Reason.SILENT
    assert [each.reason for each in bench.told(Refused)] == [StopReason.BOX_SILENT]
    assert bench.box._keeping.to_open() == [(3, "a1")], "when it comes back, whatever it heard is opened"


def test_while_the_board_is_away_a_start_is_refused_at_once() -> None:
    bench = Bench()
    bench.box.switch_on(3, "a1", LIMITS)
    assert [each.reason for each in bench.told(Refused)] == [StopReason.BOX_SILENT]
