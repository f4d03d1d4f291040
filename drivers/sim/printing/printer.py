"""A receipt printer on a pseudo terminal: it understands ESC/POS, runs out of paper, keeps what it printed.

It does what printers do: questions about its state are answered at once, in the midst of a slip and without
paper; what it cannot print stays in its buffer until it can, or until it loses power.
"""

from __future__ import annotations

import re
import threading
from enum import StrEnum
from pathlib import Path

from drivers.printers.status import AT_END, COVER_OPEN, NEAR_END, PAPER_STOP
from drivers.sim.faults import PRINTERS_OWN, Fault
from drivers.sim.lines.on_a_line import OnALine
from drivers.sim.printing.escpos import FEED, Command, commands_in

FIXED_BITS = 0x12  # of every answer to a question about its state
CUT, TELL_WHEN_PRINTED = b"\x1dV", b"\x1dr"
_QUESTION = re.compile(rb"\x10\x04([\x01-\x04])")
_QUESTION_BEGUN = re.compile(rb"\x10\x04?$")
_STOPPED = (Fault.OUT_OF_PAPER, Fault.COVER_OPEN, Fault.UNPLUGGED)
_STATES: dict[tuple[int, StrEnum | None], int] = {  # by what `DLE EOT` asks for
    (2, Fault.COVER_OPEN): COVER_OPEN,
    (2, Fault.OUT_OF_PAPER): PAPER_STOP,
    (4, Fault.OUT_OF_PAPER): NEAR_END | AT_END,
    (4, Fault.PAPER_LOW): NEAR_END,
}
_KNOWN = (*PRINTERS_OWN, Fault.UNPLUGGED, Fault.SILENT)


class PrinterSimulator(OnALine):
    """Keeps the slips that it printed."""

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self._lock = threading.RLock()
        self._lines_left: int | None = None  # until the roll ends; None: it is long enough
        self._heard = b""  # perhaps the beginning of a question
        self._buffer = b""  # not printed yet
        self._paper = b""  # printed since the last cut
        self._slips: list[bytes] = []
        self.asked = 0  # questions about its state, answered or not

    @property
    def slips(self) -> list[bytes]:
        """What was printed, one for each piece of paper that was cut off; last what hangs out uncut."""
        with self._lock:
            return [*self._slips, *([self._paper] if self._paper else [])]

    def end_after(self, lines: int) -> None:
        """Let the paper run out after so many lines: in the middle of a slip, if it has more."""
        with self._lock:
            self._lines_left = lines

    def fail(self, fault: Fault) -> None:
        """Begin to misbehave. Raises ValueError for what a printer cannot do wrong."""
        if fault not in _KNOWN:
            raise ValueError(f"a printer cannot be {fault}")
        self._become(fault)
        if fault is Fault.UNPLUGGED:
            self._line.unplug()
            self._heard = self._buffer = b""
            self._tear_off()

    def recover(self) -> None:
        self._become(None)

    def _become(self, fault: Fault | None) -> None:
        with self._lock:
            before, self._fault = self._fault, fault
            if before is Fault.OUT_OF_PAPER:
                self._lines_left = None  # a new roll
            self._print()
        if before is Fault.UNPLUGGED:
            self._line.plug()

    def _received(self, data: bytes) -> None:
        with self._lock:
            heard = self._heard + data
            begun = _QUESTION_BEGUN.search(heard)
            self._heard = begun[0] if begun else b""
            whole = heard[: begun.start()] if begun else heard
            for question in _QUESTION.findall(whole):
                self.asked += 1
                self._answer(FIXED_BITS | _STATES.get((question[0], self._fault), 0))
            self._buffer += _QUESTION.sub(b"", whole)
            self._print()

    def _answer(self, octet: int) -> None:
        if self._fault is not Fault.SILENT:
            self._line.send(bytes([octet]))

    def _print(self) -> None:
        while self._buffer and self._fault not in _STOPPED:
            found = next(commands_in(self._buffer), None)
            if found is None:
                return
            command, end = found
            self._paper += self._buffer[:end]
            self._buffer = self._buffer[end:]
            self._did(command)

    def _did(self, command: Command) -> None:
        if command.name == CUT:
            self._tear_off()
        elif command.name == TELL_WHEN_PRINTED:
            self._paper = self._paper[: -len(TELL_WHEN_PRINTED) - 1]  # nothing to be seen
            self._answer(0)
        elif command == FEED and self._lines_left is not None:
            self._lines_left -= 1
            if self._lines_left <= 0:
                self._fault = Fault.OUT_OF_PAPER

    def _tear_off(self) -> None:
        if self._paper:
            self._slips.append(self._paper)
        self._paper = b""
