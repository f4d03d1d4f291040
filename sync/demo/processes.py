"""The demo's processes: started in order, ended in the opposite order, watched in between."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

END_S = 1.5  # for all of them, before they are killed: who closed the window does not wait
START_S = 90.0
TETHER = ("setpriv", "--pdeathsig", "KILL")  # ends what it starts when this process has ended, however it did


class DemoFailed(Exception):
    """A part of the demo did not come up; the message names its log."""


class Processes:
    """Child processes with a log file each. They are in a session of their own: Ctrl-C ends them in order."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._logs.mkdir(parents=True, exist_ok=True)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._finishing: dict[str, subprocess.Popen[bytes]] = {}
        self._restarted: dict[str, list[str]] = {}
        self._options: dict[str, tuple[str, ...]] = {}

    def start(self, name: str, *command: str | Path, restart: bool = False) -> None:
        """`restart`: start it again when somebody kills it, as the service manager does on a counter."""
        words = [*TETHER, *map(str, command)]
        if restart:
            self._restarted[name] = words
        self._log(name).unlink(missing_ok=True)
        self._running[name] = self._launch(name, words)

    def begin(self, name: str, *command: str | Path) -> None:
        """What comes to an end by itself, while other things are done: see `finish`."""
        self._log(name).unlink(missing_ok=True)
        self._finishing[name] = self._launch(name, [*TETHER, *map(str, command)])

    def finish(self, name: str) -> bool:
        """Wait for what `begin` began; whether it did. Raises `DemoFailed`."""
        if name not in self._finishing:
            return False
        if self._finishing[name].wait():
            raise self._failed(name, self._finishing[name])
        del self._finishing[name]
        return True

    def _launch(self, name: str, words: list[str]) -> subprocess.Popen[bytes]:
        with self._log(name).open("ab") as log:
            return subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, name: str, *command: str | Path, typed: str = "") -> str:
        """Run to the end and return what was printed. Raises `DemoFailed`."""
        words = [*TETHER, *map(str, command)]
        done = subprocess.run(words, input=typed, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DemoFailed(f"{name} ended with {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def wait_for(self, name: str, ready: Callable[[], bool]) -> None:
        """Raises `DemoFailed` if it ends, or is not ready in time."""
        deadline = time.monotonic() + START_S
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"{name} did not come up in {START_S:.0f} s: see {self._log(name)}")
            time.sleep(0.05)

    def check(self) -> None:
        """Raises `DemoFailed` if one has ended by itself; what was killed and may be restarted is."""
        for name, process in list(self._running.items()):
            killed = (process.poll() or 0) < 0
            if killed and name in self._restarted:
                words = [*self._restarted[name], *self._options.pop(name, ())]
                self._running[name] = self._launch(name, words)
            elif process.poll() is not None:
                raise self._failed(name, process)

    def kill(self, name: str, *options: str) -> None:
        """As if the power went; what may be restarted is, at the next `check`, this once with `options`."""
        self._options[name] = options
        self._running[name].kill()

    def stop(self) -> None:
        """The last started first, so that a kiosk has its devices and its office to the end."""
        deadline = time.monotonic() + END_S
        for process in reversed([*self._running.values(), *self._finishing.values()]):
            process.terminate()
            try:
                process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _failed(self, name: str, process: subprocess.Popen[bytes]) -> DemoFailed:
        tail = self._log(name).read_text(errors="replace")[-2000:]
        return DemoFailed(f"{name} ended with {process.returncode}; its last words:\n{tail}")

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"
