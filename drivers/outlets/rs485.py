"""A serial line with several devices on it, of which one thread asks one at a time.

The trap of such a line: an answer that comes too late looks like the answer to the next question. So whatever
was received before is thrown away as a question goes out, and after an answer that did not come, or was none,
nobody is asked until the line has been silent for a while.
"""

from __future__ import annotations

import contextlib
import termios
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import serial

from drivers import ports
from drivers.errors import DeviceError
from drivers.supervision import Reason

WRITE_LIMIT_S = 0.5
BABBLE_BYTES = 4096  # a line that goes on and on is not waited for


class NoAnswer(DeviceError):
    """A device on the line was asked and did not answer, or not in a way that can be believed."""

    def __init__(self, address: int | str, why: str) -> None:
        super().__init__(f"{address}: {why}")
        self.address, self.why = address, why


@dataclass(frozen=True, slots=True)
class LineSettings:
    """As the devices on the line are set. `late_ms`: an answer comes so late at most after `answer_ms`."""

    baudrate: int = 9600
    parity: str = serial.PARITY_NONE
    answer_ms: int = 300
    late_ms: int = 300


Connect = Callable[..., Any]  # as `serial.serial_for_url`; pyserial has no types


class Rs485Line:
    """The port and what all protocols on it need. All but `abort` is for the owner thread alone."""

    def __init__(self, port: str, settings: LineSettings, connect: Connect = serial.serial_for_url) -> None:
        ports.check_port(port, ports.OUTLET)
        self.port, self.settings, self._connect = port, settings, connect
        self._serial: Any = None

    @property
    def serial(self) -> Any:
        return self._serial

    def open(self) -> None:
        """Raises what pyserial raises."""
        if self._serial is None:
            self._serial = ports.PORTS.open(self.port, self._open_at)

    def _open_at(self, place: str) -> Any:
        return self._connect(
            place,
            baudrate=self.settings.baudrate,
            parity=self.settings.parity,
            timeout=self.settings.answer_ms / 1000,
            write_timeout=WRITE_LIMIT_S,
        )

    def close(self) -> None:
        opened, self._serial = self._serial, None
        if opened is not None:
            with contextlib.suppress(OSError, termios.error):
                opened.reset_output_buffer()  # or closing would wait for a line that takes nothing
            with contextlib.suppress(OSError, termios.error):
                opened.close()

    def abort(self) -> None:
        with contextlib.suppress(AttributeError, TypeError, OSError):
            self._serial.cancel_read()
            self._serial.cancel_write()

    def ask(self, question: bytes) -> None:
        """Send a question; what was received before it is no answer to it."""
        self._serial.reset_input_buffer()
        self._serial.write(question)

    def settle(self) -> None:
        """Hear a late answer out: return once nobody has spoken for `late_ms`."""
        heard = 0
        self._serial.timeout = self.settings.late_ms / 1000
        try:
            while heard < BABBLE_BYTES and (late := self._serial.read(64)):
                heard += len(late)
        finally:
            self._serial.timeout = self.settings.answer_ms / 1000

    def diagnose(self, fault: Exception) -> Reason:
        """Say in a word why opening or using the line failed."""
        if isinstance(fault, NoAnswer):
            return Reason.SILENT
        return ports.diagnose(fault, self.port, was_open=self._serial is not None)
