"""A code scanner on a pseudo terminal: it "reads" the text it is given."""

from __future__ import annotations

import random
import time
from enum import StrEnum
from pathlib import Path

from drivers.codes.gm65 import ACKNOWLEDGE, TRIGGER
from drivers.sim.faults import PRINTERS_OWN, READERS_OWN, Fault, NowAndThen
from drivers.sim.lines.on_a_line import OnALine

CHUNK = 3  # bytes at a time: a UART hands over a code in pieces


class Ending(StrEnum):
    """What the scanner is set to send after a code."""

    CR = "cr"
    LF = "lf"
    CRLF = "crlf"
    NONE = "none"

    @property
    def wire(self) -> bytes:
        return {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "none": b""}[self.value]


class ScannerSimulator(OnALine):
    """Answers the GM65 trigger command."""

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self._now_and_then = NowAndThen()
        self.triggered = 0

    def scan(self, text: str, ending: Ending = Ending.CRLF) -> None:
        self._send(text.encode() + ending.wire)

    def send(self, data: bytes, pause_ms: int = 0) -> None:
        """Send a code as a scanner makes of it that is set in its own way; with a pause in the middle."""
        half = len(data) // 2
        self._send(data[:half])
        time.sleep(pause_ms / 1000)
        self._send(data[half:])

    def noise(self, size: int) -> None:
        """Send `size` bytes of what a loose plug sounds like: the same each time, with line endings in it."""
        self._send(random.Random(size).randbytes(size))  # noqa: S311

    def fail(self, fault: Fault) -> None:
        """Begin to misbehave. Raises ValueError for what only others can do wrong."""
        if fault in (Fault.STUCK, *READERS_OWN, *PRINTERS_OWN):
            raise ValueError(f"a scanner cannot be {fault}")
        self.recover()
        self._fault = fault
        if fault is Fault.UNPLUGGED:
            self._line.unplug()

    def recover(self) -> None:
        fault, self._fault = self._fault, None
        if fault is Fault.UNPLUGGED:
            self._line.plug()

    def _send(self, data: bytes) -> None:
        if self._fault in (Fault.SILENT, Fault.UNPLUGGED):
            return
        for at in range(0, len(data), CHUNK):
            self._line.send(self._spoil(data[at : at + CHUNK]))

    def _spoil(self, chunk: bytes) -> bytes:
        if self._fault is Fault.DROPPED and self._now_and_then:
            return b""
        return bytes(octet | 0x80 for octet in chunk) if self._fault is Fault.GARBLED else chunk

    def _received(self, data: bytes) -> None:
        if data == TRIGGER:
            self.triggered += 1
            self._line.send(ACKNOWLEDGE)
