"""The machine's driver: lines on a serial port, under the supervision that every device has.

`BREW ref` begins a cup, `STATE ref` asks for it. The machine says `CUP ref`, `FAIL ref`, `BREWING ref`, or
`NONE ref` of what it does not know.
"""

from __future__ import annotations

import contextlib
import queue
import termios
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import serial

from drivers import ports
from drivers.contracts import Emit, Happened
from drivers.outlets.opening import DRIVERS, Driver
from drivers.supervision import Patience, Reason, Supervisor

LISTEN_S = 0.05  # how late a word to the machine may be
LONGEST_LINE = 100


class Word(StrEnum):
    """What the machine says of a cup that is no more under way."""

    CUP = "CUP"
    FAIL = "FAIL"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class CupEnded(Happened):
    """What became of the cup that was asked for under a reference."""

    word: Word
    ref: str


class CoffeeMachine:
    """The machine at `port`. What it says goes to `emit`, from its own thread."""

    def __init__(self, port: str, emit: Emit) -> None:
        self._words: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._supervisor = Supervisor(
            "coffee", port, lambda: _Session(port, emit, self._words), emit, patience=Patience()
        )
        self.start, self.stop = self._supervisor.start, self._supervisor.stop

    @property
    def ready(self) -> bool:
        return self._supervisor.health().ready

    def brew(self, ref: str) -> None:
        self._words.put(f"BREW {ref}")

    def ask(self, ref: str) -> None:
        self._words.put(f"STATE {ref}")


class _Session:
    """One opening of the machine. See `drivers.supervision.Session`."""

    at_rest = True
    condition = Reason.READY

    def __init__(self, port: str, emit: Emit, words: queue.SimpleQueue[str]) -> None:
        self._port, self._emit, self._words = port, emit, words
        self._serial: Any = None  # pyserial has no types
        self._begun = b""

    def open(self) -> None:
        self._serial = ports.PORTS.open(
            self._port, lambda place: serial.serial_for_url(place, timeout=LISTEN_S, write_timeout=1)
        )
        while not self._words.empty():  # what was said to nobody: whoever waits for it asks again
            self._words.get()

    def step(self) -> float:
        while not self._words.empty():
            self._serial.write(f"{self._words.get()}\n".encode())
        self._begun += self._serial.read(1)
        self._begun += self._serial.read(self._serial.in_waiting)
        *lines, self._begun = self._begun.split(b"\n")
        self._begun = self._begun[-LONGEST_LINE:]
        for line in lines:
            word, _, ref = line.decode("ascii", "replace").partition(" ")
            if word in list(Word):
                self._emit(CupEnded(Word(word), ref))
        return 0

    def close(self) -> None:
        if self._serial is not None:
            with contextlib.suppress(OSError, termios.error):
                self._serial.close()

    def abort(self) -> None:
        with contextlib.suppress(AttributeError, TypeError, OSError):
            self._serial.cancel_read()

    def diagnose(self, fault: Exception) -> Reason:
        return ports.diagnose(fault, self._port, was_open=self._serial is not None)


DRIVERS["coffee"] = Driver((), lambda _: None, lambda *_: [])
