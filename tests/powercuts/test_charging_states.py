"""The kiosk is killed, and the power cut, in every state that a session can be in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from kiosk.services.charging.machine.session import ENERGISED, Begin, State
from kiosk.services.charging.running.progress import Progress
from kiosk.services.charging.running.sessions import Sessions
from tests.charging.point import Point
from tests.factories import World
from tests.powercuts.test_charging_cuts import Killed, check

Patch = pytest.MonkeyPatch


def held(point: Point, patch: Patch) -> None:
    """The hold is written, and the box was not asked yet."""
    happen = Sessions.happen

    def until_it_begins(sessions: Sessions, order: str, event: object, *rest: Any) -> None:
        if isinstance(event, Begin):
            raise Killed
        happen(sessions, order, event, *rest)  # type: ignore[arg-type]

    point.plug(1)
    with patch.context() as patched, suppress(Killed):
        patched.setattr(Sessions, "happen", until_it_begins)
        point.start()


def asked(point: Point, patch: Patch) -> None:
    point.plug(1)
    point.start()


def waiting(point: Point, patch: Patch) -> None:
    point.start()
    point.pass_by(20)


def charging(point: Point, patch: Patch) -> None:
    asked(point, patch)
    point.pass_by(120)


def topping_off(point: Point, patch: Patch) -> None:
    charging(point, patch)
    point.box.all[1].power_dw = 100
    point.pass_by(10)


def stopping(point: Point, patch: Patch) -> None:
    """Told to open, and not seen open."""
    charging(point, patch)
    point.stop()


def settled(point: Point, patch: Patch) -> None:
    """In the journal, and its progress is not forgotten yet."""

    def never(*_: object) -> None:
        raise Killed

    stopping(point, patch)
    with patch.context() as patched, suppress(Killed):
        patched.setattr(Progress, "forget", never)
        point.pass_by(10)


def faulted(point: Point, patch: Patch) -> None:
    charging(point, patch)
    point.box.all[1].is_welded = True
    point.stop()
    point.pass_by(20)


def interrupted(point: Point, patch: Patch) -> None:
    """Back after a cut, and its box has not said yet how its sockets are."""
    charging(point, patch)
    point.box.is_silent = True
    point.restart(off_s=30)


INTO: dict[State, Callable[[Point, Patch], None]] = {
    State.HELD: held,
    State.PRECHECK: asked,
    State.WAITING: waiting,
    State.CHARGING: charging,
    State.TOPPING_OFF: topping_off,
    State.STOPPING: stopping,
    State.SETTLED: settled,
    State.FAULTED: faulted,
    State.INTERRUPTED: interrupted,
}
CUTS = {
    "killed": {"off_s": 0},
    "killed for half a minute": {"off_s": 30},
    "the power fails for a minute": {"off_s": 60, "reboots": True},
    "the power fails for long": {"off_s": 1200, "reboots": True},
}


def test_every_state_is_cut_in() -> None:
    assert set(INTO) == set(State) - {State.AVAILABLE}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("state", INTO)
def test_a_cut_in_each_state_leaves_the_money_right_and_no_socket_on(
    state: State, cut: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Point(World(tmp_path), tick_s=5.0)) as point:
        INTO[state](point, monkeypatch)
        assert point.view().state == (State.AVAILABLE if state is State.SETTLED else state)
        asked = len(point.box.asked)
        if "power" in cut:
            point.box.cut_power()
        point.restart(**CUTS[cut])  # type: ignore[arg-type]
        assert not any(point.box.is_on(number) for number in point.box.all), "all is off first"
        point.box.cut_power(is_off=False)
        point.box.is_silent, point.box.all[1].is_welded = False, False
        point.box.all[1].power_dw = None
        point.pass_by(30)
        if point.view().order:
            point.stop()
        point.pass_by(60)
        check(point)
        goes_on = state in ENERGISED and cut != "the power fails for long"
        assert len(point.box.asked) == asked + goes_on
