"""Whatever ends the demo, nothing of it is left behind."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from .terminal import Terminal, all_ended, terminal
from .town import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[2]
START_S = 20 * PATIENCE_S  # on a busy machine, beside other workers that make theirs
DEMO = ("-m", "sync.demo")

pytestmark = [pytest.mark.deep, pytest.mark.timeout(2 * START_S)]


def make_run(folder: Path) -> tuple[str, ...]:
    """As it is typed, in a shell; but what is installed stays as it is."""
    return ("sh", "-c", f"{shlex.join(make(folder))}; true")


def make(folder: Path) -> tuple[str, ...]:
    options = ("--directory", str(ROOT), "--assume-old", ".venv/run")
    return ("make", *options, "run", f"DEMO=--any-ports --folder={folder}")


def close(window: Terminal) -> None:
    window.close()


def ending(number: signal.Signals, *words: str) -> Callable[[Terminal], None]:
    def end(window: Terminal) -> None:
        window.named(*words).send_signal(number)

    return end


def end_the_shell(window: Terminal) -> None:
    window.process.kill()


WAYS = {
    "window closed": close,
    "shell killed": end_the_shell,
    "make told": ending(signal.SIGTERM, "make"),
    "make killed": ending(signal.SIGKILL, "make"),
    "demo told": ending(signal.SIGTERM, *DEMO),
    "demo hung up on": ending(signal.SIGHUP, *DEMO),
    "demo killed": ending(signal.SIGKILL, *DEMO),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all that run to be ended: what the first has made, the next finds, however that ended."""
    return tmp_path_factory.mktemp("demo")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_of_a_demo_that_runs(made: Path, way: str) -> None:
    with terminal(*make_run(made)) as window:
        until("the addresses", lambda: "Ctrl-C" in window.printed, START_S)
        listening = [each for process in window.running() for each in listeners(process)]
        assert len(listening) >= len(("office", "kiosk", "tray"))
        WAYS[way](window)
        all_ended(window)


def test_nothing_is_left_of_a_window_without_a_shell(made: Path) -> None:
    with terminal(*make(made)) as window:
        until("the addresses", lambda: "Ctrl-C" in window.printed, START_S)
        window.close()
        all_ended(window)


@pytest.mark.parametrize("after_s", [1, 2, 4, 8])
def test_nothing_is_left_of_a_demo_that_is_killed_while_it_starts(tmp_path: Path, after_s: int) -> None:
    with terminal(*make_run(tmp_path)) as window:
        until("a demo", lambda: "devices" in window.printed, START_S)
        time.sleep(after_s)  # wherever it is by then
        window.named(*DEMO).kill()
        all_ended(window)


def listeners(process: psutil.Process) -> list[object]:
    return [each for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
