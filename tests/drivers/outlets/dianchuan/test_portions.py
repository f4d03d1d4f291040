"""Minutes that the 电川 board is given in portions, whatever it does when it is told more of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.outlets.contracts import Ended, Limits, Refused
from drivers.outlets.dianchuan.orders import LONG_PORTION_MIN, MORE_BELOW_MIN, PORTION_MIN
from drivers.outlets.dianchuan.words import Command
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.dianchuan import MoreTime
from drivers.sim.outlets.faults import OutletFault
from tests.drivers.outlets.dianchuan.bench import LIMITS, Bench

GIVES_MORE = (MoreTime.ADDS, MoreTime.REPLACES)
TWO_HOURS_MIN = 120


def charge(bench: Bench, limits: Limits = LIMITS) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box._keeping.switch_on(3, "a1", limits)
    bench.kept[3] = "a1"
    bench.run(2)


def minutes(bench: Bench, count: int) -> Iterator[None]:
    for _ in range(count):
        bench.shelter.pass_time(58)
        bench.run(2)
        yield


def told_min(bench: Bench) -> list[int]:
    """Of each start that the board was told of."""
    return [int.from_bytes(frame[12:14], "big") for frame in bench.line.wire if frame[2] == Command.START]


@pytest.mark.parametrize("more_time", MoreTime)
def test_current_flows_as_long_as_the_order_is_kept_on(more_time: MoreTime, bench: Bench) -> None:
    bench.board.more_time = more_time
    charge(bench)
    for _ in minutes(bench, TWO_HOURS_MIN):
        assert bench.last(3).is_on
    assert (bench.told(Ended), bench.told(Refused)) == ([], [])
    closed = len(bench.board.started)
    assert closed == 1 if more_time in GIVES_MORE else closed == 1 + TWO_HOURS_MIN // LONG_PORTION_MIN


@pytest.mark.parametrize(
    ("more_time", "within_min"),
    [
        (MoreTime.ADDS, PORTION_MIN + MORE_BELOW_MIN),
        (MoreTime.REPLACES, PORTION_MIN),
        (MoreTime.REFUSES, LONG_PORTION_MIN),
        (MoreTime.IGNORES, LONG_PORTION_MIN),
    ],
)
@pytest.mark.parametrize("after_min", [2, 7, 12, 31])
def test_a_machine_that_dies_opens_its_sockets_in_minutes(
    more_time: MoreTime, within_min: int, after_min: int, bench: Bench
) -> None:
    bench.board.more_time = more_time
    charge(bench)
    for _ in minutes(bench, after_min):
        assert bench.last(3).is_on
    for _ in range(within_min):  # nobody is there: neither questions nor answers
        bench.shelter.pass_time(60)
        bench.board.step()
    assert not bench.shelter[3].is_closed


@pytest.mark.parametrize("more_time", MoreTime)
def test_no_order_gets_more_minutes_than_it_may_take(more_time: MoreTime, bench: Bench) -> None:
    bench.board.more_time = more_time
    charge(bench, Limits(27 * 60, 6_000))
    for passed_min, _ in enumerate(minutes(bench, 40), start=1):
        assert bench.last(3).is_on or passed_min >= 27
    ends = bench.told(Ended)
    assert {(each.order, each.reason, each.charged_s) for each in ends} == {
        ("a1", StopReason.TIME_UP, 27 * 60)
    }
    assert not bench.shelter[3].is_closed


@pytest.mark.parametrize("fault", [OutletFault.LOST_ANSWER, OutletFault.LOST_QUESTION])
def test_more_time_whose_answer_is_lost_is_judged_by_what_is_left(fault: OutletFault, bench: Bench) -> None:
    bench.board.more_time = MoreTime.ADDS
    charge(bench)
    received, spoilt = bench.board.received, []

    def spoil_the_second_start(data: bytes) -> None:
        if data[2] == Command.START and not spoilt:
            spoilt.append(data)
            bench.board.next_answer = fault
        received(data)

    bench.board.received = spoil_the_second_start  # type: ignore[method-assign]
    for _ in minutes(bench, 20):
        assert bench.last(3).is_on
    assert spoilt and bench.board.started == [3]
    is_told_again = fault is OutletFault.LOST_QUESTION
    assert len(told_min(bench)) == 3 + is_told_again, "one that was heard is not told twice"


def test_a_battery_that_is_full_while_more_time_is_given_gets_no_more(bench: Bench) -> None:
    """The board ends it in the moment in which it is told more, and begins anew by that."""
    bench.board.more_time = MoreTime.ADDS
    charge(bench)
    received, raced = bench.board.received, []

    def be_full_first(data: bytes) -> None:
        if data[2] == Command.START and not raced:
            raced.append(data)
            bench.board._end(3, 0x02)
        received(data)

    bench.board.received = be_full_first  # type: ignore[method-assign]
    for _ in minutes(bench, 8):
        pass
    assert raced
    assert not bench.shelter[3].is_closed
    assert {(each.order, each.reason) for each in bench.told(Ended)} == {("a1", StopReason.FULL)}


def test_a_board_that_does_not_go_on_has_ended_the_order(bench: Bench) -> None:
    charge(bench)
    for _ in minutes(bench, PORTION_MIN - 2):
        pass
    bench.board._start = lambda number, minutes: 2  # type: ignore[method-assign]
    for _ in minutes(bench, 4):
        pass
    assert {(each.order, each.reason) for each in bench.told(Ended)} == {("a1", StopReason.BOX_FAULT)}
    assert bench.box._keeping.order(3) == ""


def test_the_end_of_a_portion_that_is_said_again_ends_nothing(bench: Bench) -> None:
    charge(bench)
    for _ in minutes(bench, PORTION_MIN + 1):
        pass
    bench.board._unheard.clear()
    bench.line.said(bytes.fromhex("EE0C05303030303030030000000B"))
    bench.run(2)
    assert bench.told(Ended) == []
    assert bench.last(3).is_on
