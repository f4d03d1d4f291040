"""A terminal window: a shell on a pseudo terminal, and whether everything ends with it."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from .town import until

MARK = "OPENED_IN_TERMINAL"


class Terminal:
    """What runs in it, what was printed, and the button that closes it."""

    def __init__(self, *command: str) -> None:
        self._mark = uuid.uuid4().hex
        self._window, there = os.openpty()
        self.process = subprocess.Popen(
            [
                "env",
                "--default-signal=HUP",
                "setsid",
                "--ctty",
                *command,
            ],  # whoever tests may not hear hang-ups
            stdin=there,
            stdout=there,
            stderr=there,
            env={**os.environ, MARK: self._mark},
        )
        os.close(there)
        self._closing = threading.Event()
        self._printed = bytearray()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    @property
    def printed(self) -> str:
        return self._printed.decode(errors="replace").replace("\r\n", "\n")

    def running(self) -> list[psutil.Process]:
        """Everything that was started in the window, by whomever, and runs."""
        return [each for each in psutil.process_iter() if self._is_of_here(each)]

    def named(self, *words: str) -> psutil.Process:
        """The one that has these words in a row in its command line."""
        wanted = "\0".join(["", *words, ""])
        return next(each for each in self.running() if wanted in "\0".join(["", *_command_of(each), ""]))

    def close(self) -> None:
        """As with the mouse: the kernel hangs up on all that the terminal controls."""
        self._closing.set()
        self._reading.join()

    def end(self) -> None:
        self.close()
        for each in self.running():
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait()

    def _is_of_here(self, process: psutil.Process) -> bool:
        try:
            ended = process.status() == psutil.STATUS_ZOMBIE
            return not ended and process.environ().get(MARK) == self._mark
        except psutil.Error:
            return False

    def _read(self) -> None:
        """Until the window is closed, or all that could print has ended."""
        with contextlib.suppress(OSError), os.fdopen(self._window, "rb", buffering=0) as window:
            while not self._closing.is_set():
                if select.select([window], [], [], 0.05)[0]:
                    self._printed += window.read(4096)


def _command_of(process: psutil.Process) -> list[str]:
    """Nothing of one that has ended since it was seen."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextmanager
def terminal(*command: str) -> Iterator[Terminal]:
    opened = Terminal(*command)
    try:
        yield opened
    finally:
        opened.end()


def all_ended(opened: Terminal) -> None:
    # Every process of the machine is looked at: without a rest that slows down what is waited for.
    until("the end of everything", lambda: not opened.running(), every_s=0.2)
