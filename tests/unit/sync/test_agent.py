"""The loops go on whatever happens, and end only for a defect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from sync.agent import REST_S, Agent
from sync.enrolling.enrolment import KEY_FILE, Enrolment, write_enrolment
from sync.enrolling.keyfiles import read_or_make_key
from sync.errors import NotEnrolled, OfficeUnreachable, StoreFailing, SyncError
from sync.pulse import Pulse
from sync.stages.pull import Pulled
from sync.wire.transport import Transport
from tests.sync.world import eventually
from tests.waiting import PATIENCE_S


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    key = read_or_make_key(tmp_path / KEY_FILE)
    enrolment = Enrolment(
        office="http://127.0.0.1:9",
        region_id=1,
        journal_id="00" * 16,
        device_id=key.id.hex(),
        name="kiosk",
        site="site",
        office_keys=(),
    )
    write_enrolment(tmp_path, enrolment)
    with closing(Agent(tmp_path)) as opened:
        yield opened


class _Steps:
    """A step that fails in each of the ways given, and then stops the agent."""

    def __init__(self, agent: Agent, *errors: Exception) -> None:
        self.left, self.agent = list(errors), agent

    def __call__(self, _transport: Transport) -> float:
        if not self.left:
            self.agent.stop()
            return 0.0
        raise self.left.pop(0)


def _run(agent: Agent, monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> _Steps:
    steps = _Steps(agent, *errors)
    monkeypatch.setattr("sync.stages.backoff.FIRST_S", 0.001)
    monkeypatch.setattr(agent, "_push_step", steps)
    monkeypatch.setattr(agent, "_pull_step", lambda _transport: 60.0)
    agent.run()
    return steps


def test_circumstances_do_not_end_a_loop(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    full = sa.exc.OperationalError("INSERT", None, Exception("database or disk is full"))
    steps = _run(agent, monkeypatch, OfficeUnreachable(), full, OfficeUnreachable())
    assert steps.left == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_ends_the_process(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        _run(agent, monkeypatch, ZeroDivisionError())


def test_once_names_a_fault_of_the_files(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise sa.exc.OperationalError("SELECT", None, Exception("disk I/O error"))

    monkeypatch.setattr(agent, "pull_all", broken)
    with pytest.raises(StoreFailing, match="disk I/O error"):
        agent.once()


def test_nothing_runs_without_an_enrolment(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolled):
        Agent(tmp_path / "nowhere")


def test_without_a_journal_there_is_nothing_to_push(agent: Agent) -> None:
    with Transport("http://127.0.0.1:9") as transport:
        assert agent.push_stage.run(transport, {}) == []


def test_the_disk_rests_between_two_pages(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [Pulled(items=500, more=True), Pulled(items=500, more=False)]
    monkeypatch.setattr(agent.pull_stage, "run", lambda *_, **__: pages.pop(0))
    monkeypatch.setattr(agent.telling_stage, "run", lambda *_: None)
    with Transport("http://127.0.0.1:9") as transport:
        assert [agent._pull_step(transport), agent._pull_step(transport)] == [REST_S, 0.0]


def test_every_error_has_a_code_of_its_own() -> None:
    kinds = _all(SyncError)
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)


def _all(kind: type[SyncError]) -> list[type[SyncError]]:
    return [each for sub in kind.__subclasses__() for each in (sub, *_all(sub))]


def test_it_is_alive_while_its_loops_go_round(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, go_on = threading.Event(), threading.Event()

    def hang(_transport: Transport) -> float:
        stuck.set()
        go_on.wait(PATIENCE_S)
        return 60.0

    seen: list[bool] = []

    def watch(alive: Callable[[], bool], _stopping: threading.Event) -> None:
        assert stuck.wait(PATIENCE_S)
        seen.append(eventually(lambda: not alive(), within_s=PATIENCE_S))
        go_on.set()
        seen.append(eventually(alive, within_s=PATIENCE_S))
        agent.stop()

    monkeypatch.setattr("sync.agent.STEP_S", 0.01)
    monkeypatch.setattr(agent, "_push_step", hang)
    monkeypatch.setattr(agent, "_pull_step", lambda _transport: 60.0)
    monkeypatch.setattr(agent, "_history_step", lambda _transport: 60.0)
    agent.run(watch)
    agent.close()
    assert seen == [True, True]


def test_waiting_for_long_is_being_alive() -> None:
    now_s = 0.0
    pulse = Pulse(lambda: now_s)
    pulse.expect("pull", within_s=60.0)
    pulse.expect("push", within_s=10.0)
    now_s = 10.0
    assert pulse.beats
    now_s = 10.5
    assert not pulse.beats
    pulse.expect("push", within_s=100.0)
    assert pulse.beats
