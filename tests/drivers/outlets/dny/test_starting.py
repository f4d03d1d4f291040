"""A start at a DNY box: told once, whatever becomes of its answer."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import (
    Alarm,
    AlarmKind,
    Refused,
)
from drivers.outlets.dny.bodies import Switch
from drivers.outlets.dny.commands import ANSWER_MS
from drivers.outlets.dny.frames import Frame
from drivers.outlets.dny.words import REPLIES, Command
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import load
from drivers.sim.outlets.faults import OutletFault
from tests.drivers.outlets.dny.bench import BOX_ID, Bench, east


@pytest.mark.parametrize("fault", [OutletFault.LOST_ANSWER, OutletFault.WRONG_SUM, OutletFault.LOST_QUESTION])
def test_a_start_without_an_answer_is_told_once_more_under_the_same_id(
    fault: OutletFault, bench: Bench
) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = fault
    bench.start(3, "a1")
    bench.run(ANSWER_MS / 1000 + 1)
    starts = bench.commands(Command.SWITCH)
    assert len(starts) == 2 and starts[0] == starts[1]
    assert bench.box.started == ["a1"]
    assert bench.of(Refused) == []
    assert bench.last(3).is_on


def test_a_box_that_forgot_the_message_says_that_it_is_on_already(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = OutletFault.LOST_ANSWER
    bench.start(3, "a1")
    bench.box._answers.clear()
    bench.run(ANSWER_MS / 1000 + 1)
    assert (bench.of(Refused), bench.last(3).is_on) == ([], True)


def test_a_start_that_is_never_answered_is_refused_and_opened(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    answer = bench.box._done
    bench.box._done = lambda frame: None if frame.command == Command.SWITCH else answer(frame)  # type: ignore[method-assign]
    bench.start(3, "a1")
    bench.run(2 * ANSWER_MS / 1000 + 1)
    assert [(each.socket, each.order, each.reason) for each in bench.of(Refused)] == [
        (east(3), "a1", StopReason.BOX_SILENT)
    ]
    assert not Switch.read(bench.commands(Command.SWITCH)[-1].data).is_on


def test_a_start_that_was_called_off_is_not_told_again(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = OutletFault.LOST_QUESTION
    bench.start(3, "a1")
    bench.kept.clear()
    bench.keeping.switch_off(3, "a1")
    bench.run(40)
    assert bench.box.started == []
    assert not bench.shelter[3].is_closed


@pytest.mark.parametrize("answer", REPLIES)
def test_each_answer_to_a_start_becomes_its_reason(answer: int, bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box._switch = lambda switch: answer  # type: ignore[method-assign]
    bench.start(3, "a1")
    assert [each.reason for each in bench.of(Refused)] == [REPLIES[answer]]
    assert bench.keeping.order(3) == ""
    smoke = [each.kind for each in bench.of(Alarm)]
    assert smoke == ([AlarmKind.SMOKE] if REPLIES[answer] is StopReason.SMOKE else [])


def test_an_answer_to_something_else_starts_nothing(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    bench.box.next_answer = OutletFault.LOST_QUESTION
    bench.start(3, "a1")
    (asked,) = bench.commands(Command.SWITCH)
    bench.protocol.heard(Frame(BOX_ID, asked.message, Command.ADJUST, b"\0" * 20))
    bench.run(ANSWER_MS / 1000 + 1)
    assert bench.box.started == ["a1"], "told again, for nobody has answered"


def test_nothing_plugged_in_is_said_at_once(bench: Bench) -> None:
    bench.start(3, "a1")
    assert [each.reason for each in bench.of(Refused)] == [StopReason.NO_PLUG]


def test_an_answer_that_comes_after_it_was_given_up_starts_nothing(bench: Bench) -> None:
    bench.shelter[3].load = load("bicycle")
    answer, late = bench.box._done, []

    def keep_back(frame: Frame) -> Frame | None:
        if frame.command != Command.SWITCH or not Switch.read(frame.data).is_on:
            return answer(frame)
        late.append(answer(frame))
        return None

    bench.box._done = keep_back  # type: ignore[method-assign]
    bench.start(3, "a1")
    bench.run(2 * ANSWER_MS / 1000 + 3)
    assert [each.reason for each in bench.of(Refused)] == [StopReason.BOX_SILENT]
    for frame in late:
        assert frame is not None
        bench.protocol.heard(frame)
    bench.run(10)
    assert not bench.shelter[3].is_closed and bench.keeping.order(3) == ""
    assert bench.box.started == ["a1"], "the box heard it once, and was told to open"
    assert bench.last(3).is_on is False
