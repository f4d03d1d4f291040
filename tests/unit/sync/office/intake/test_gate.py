"""The door of the intake: room for a few, a time of their own for all others."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from sync.errors import OfficeBusy
from sync.office.intake.gate import LEAST_DELAY_MS, MOST_DELAY_MS, Gate


def full_gate(stack: ExitStack, monkeypatch: pytest.MonkeyPatch, batch_s: float) -> Gate:
    """One inside, nobody may wait, and batches are known to take so long."""
    monkeypatch.setattr("sync.office.intake.gate.WAIT_S", 0.0)
    monkeypatch.setattr("sync.office.intake.gate.FIRST_GUESS_S", batch_s)
    gate = Gate(1, now_s=lambda: 100.0)
    stack.enter_context(gate.enter())
    return gate


def delay_ms(gate: Gate) -> int:
    with pytest.raises(OfficeBusy) as busy, gate.enter():
        raise AssertionError("there was no room")
    return busy.value.delay_ms


def test_everybody_sent_away_is_promised_a_time_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        gate = full_gate(stack, monkeypatch, batch_s=1.0)
        assert [delay_ms(gate) for _ in range(4)] == [1000, 2000, 3000, 4000]


def test_nobody_comes_back_at_once_or_only_after_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        gate = full_gate(stack, monkeypatch, batch_s=0.01)
        assert delay_ms(gate) == LEAST_DELAY_MS
    with ExitStack() as stack:
        gate = full_gate(stack, monkeypatch, batch_s=1000.0)
        assert delay_ms(gate) == MOST_DELAY_MS


def test_the_promise_follows_how_long_batches_take() -> None:
    clock = iter([0.0, 10.0, 20.0])
    gate = Gate(1, now_s=lambda: next(clock))
    with gate.enter():
        pass
    assert gate._batch_s == pytest.approx(0.05 + 0.1 * (10.0 - 0.05))


def test_who_waits_at_the_door_gets_in_when_there_is_room() -> None:
    gate, entered = Gate(1), threading.Event()

    def come() -> None:
        with gate.enter():
            entered.set()

    with gate.enter():
        waiting = threading.Thread(target=come)
        waiting.start()
        assert not entered.wait(0.05)
    waiting.join()
    assert entered.is_set()


def test_room_is_given_back_when_the_work_inside_fails() -> None:
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.enter():
            raise ZeroDivisionError
    with gate.enter():
        pass
