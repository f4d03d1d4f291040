"""The kiosk is killed between every two steps of a session: around each write, after each word to the box.

What follows is always the same: the money is right to the fen, nothing is held, nothing energised for nobody,
the session ended once, and nothing was billed that did not flow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from kiosk.ledger.journal import Journal, Writing
from kiosk.services.charging.machine.session import State
from kiosk.services.charging.records import CHARGING_BEGUN
from kiosk.services.charging.running.progress import Progress
from tests.charging.box import BoxBeside
from tests.charging.point import MONEY_FEN, Point
from tests.factories import World
from tests.tiers import in_both

COMMANDS = ("switch_on", "switch_off", "all_off", "acknowledge")


class Killed(BaseException):
    """kill -9, or the power."""


class Steps:
    """Counts what is done one after the other, and ends the process at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self._at = 0, -1
        writing, write = Journal.writing, Progress._write

        @contextmanager
        def counted(journal: Journal) -> Iterator[Writing]:
            self.reach()
            with writing(journal) as each:
                yield each
            self.reach()

        def kept(progress: Progress, *args: Any) -> None:
            self.reach()
            write(progress, *args)
            self.reach()

        monkeypatch.setattr(Journal, "writing", counted)
        monkeypatch.setattr(Progress, "_write", kept)
        for name in COMMANDS:
            monkeypatch.setattr(BoxBeside, name, self._told(getattr(BoxBeside, name)))

    def kill_at(self, step: int) -> None:
        self.count, self._at = 0, step

    def reach(self) -> None:
        self.count += 1
        if self.count == self._at:
            self._at = -1
            raise Killed

    def _told(self, command: Callable[..., None]) -> Callable[..., None]:
        def told(*args: Any) -> None:
            command(*args)
            self.reach()

        return told


def whole_session(point: Point) -> None:
    """From the hold to the receipt; whoever was interrupted asks again."""
    if not point.records(CHARGING_BEGUN):
        point.start(request_id="touch 1")
    while point.view().state in (State.PRECHECK, State.WAITING):
        point.pass_by(5)
    point.pass_by(60)
    if point.view().order:
        point.stop()
    point.pass_by(20)


def live(point: Point, steps: Steps, kill_at: int) -> bool:
    """Whether the process came to its end before it was killed."""
    steps.kill_at(kill_at)
    try:
        whole_session(point)
    except Killed:
        return False
    finally:
        steps.kill_at(-1)
    return True


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch)


@in_both("every", fast=[9], deep=[1])
@pytest.mark.parametrize("off_s", [0, 30, 1200], ids=["at once", "half a minute", "too long to go on"])
def test_killed_between_every_two_steps_of_a_session(
    tmp_path: Path, steps: Steps, off_s: int, every: int
) -> None:
    kill_at, is_done = off_s % every, False  # of three fast ones each takes other steps
    while not is_done:
        kill_at += every
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        with closing(Point(World(folder), tick_s=5.0)) as point:
            point.plug(1)
            is_done = live(point, steps, kill_at)
            if not is_done:
                point.restart(off_s=off_s)
                point.pass_by(5)
                whole_session(point)
            check(point)
    assert kill_at > 25


@in_both("every", fast=[9], deep=[1])
def test_killed_again_while_it_is_put_in_order(tmp_path: Path, steps: Steps, every: int) -> None:
    """And again, at each step of what the new process does first."""
    for kill_at in range(1, 30, every):
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        with closing(Point(World(folder), tick_s=5.0)) as point:
            point.plug(1)
            point.start(request_id="touch 1")
            point.pass_by(60)
            point.counter.close()
            steps.kill_at(kill_at)
            try:
                point.counter = point.open()
                whole_session(point)
            except Killed:
                steps.kill_at(-1)
                point.restart(off_s=10)
                point.pass_by(5)
                whole_session(point)
            steps.kill_at(-1)
            check(point)


def check(point: Point) -> None:
    own, held, electricity, service = point.books()
    assert held == 0 and own + electricity + service == MONEY_FEN
    assert len(point.ends()) == len(point.records(CHARGING_BEGUN)) == 1
    (end,) = point.ends()
    assert end.energy_wh <= point.box.all[1].flowed_wh + 1
    assert (end.electricity_fen, end.service_fen) == (electricity, service)
    assert not any(point.box.is_on(number) for number in point.box.all)
    point.prove()
