"""Ten lines of ten timed relays and meters each, with a bicycle at every socket, in a process of their own.

A pseudo terminal takes no time for a byte: what a real line takes comes on top, the same whatever this
program does. Hardware waits for no processor, so the process goes before others where that is allowed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from drivers.sim.outlets.battery import load
from drivers.sim.outlets.rs485.making import relays_and_meters
from drivers.sim.outlets.rs485.simulator import Rs485Simulator
from drivers.sim.outlets.shelter import Shelter

LINES, SOCKETS = 10, 10
PATIENCE_S = 60.0


class Sheds:
    """The process, from outside. Each line is a file of the folder, by its number from 0."""

    def __init__(self, serving: subprocess.Popen[str]) -> None:
        self._serving, self.pid = serving, serving.pid

    def conducting(self) -> int:
        """How many sockets give current."""
        return int(self._ask("all"))

    def conducts(self, line: int, socket: int) -> bool:
        return self._ask(f"{line} {socket}") == "1"

    def wait_for(self, line: int, socket: int) -> float:
        """When a socket first gave current, on the clock of `time.perf_counter`."""
        until_s = time.monotonic() + PATIENCE_S
        while not self.conducts(line, socket):
            assert time.monotonic() < until_s, f"no current at socket {socket} of line {line}"
            time.sleep(0.005)
        return time.perf_counter()

    def _ask(self, what: str) -> str:
        assert self._serving.stdin is not None
        assert self._serving.stdout is not None
        print(what, file=self._serving.stdin, flush=True)
        return self._serving.stdout.readline().strip()


@contextmanager
def sheds(folder: Path) -> Iterator[Sheds]:
    command = [sys.executable, "-m", "tests.bench.charging.sheds", folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        serving.stdout.readline()
        yield Sheds(serving)
        serving.communicate()  # it ends when nobody listens any more


def serve(folder: Path) -> None:
    """The simulated relays and meters, until standard input ends."""
    with suppress(PermissionError):
        os.nice(-10)
    shelters = [Shelter(SOCKETS) for _ in range(LINES)]
    with ExitStack() as stack:
        for each, shelter in enumerate(shelters):
            for socket in shelter:
                socket.load = load("bicycle")
            stack.enter_context(Rs485Simulator(folder / str(each), shelter, relays_and_meters(shelter)))
        print("ready", flush=True)
        for asked in sys.stdin:
            print(_answer(shelters, asked.split()), flush=True)


def _answer(shelters: list[Shelter], asked: list[str]) -> int:
    if asked == ["all"]:
        return sum(socket.conducts for shelter in shelters for socket in shelter)
    line, socket = map(int, asked)
    return int(shelters[line][socket].conducts)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
