"""The way to a printer: a serial line or socket by pyserial, or the file of the kernel's USB printer driver.

python-escpos could open them too, but waits for ever where a printer takes nothing, and reads from no file.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from typing import Protocol

from drivers.ports import SerialLine

WRITE_LIMIT_S = 3.0  # no slip is longer than what printers buffer
_LOOK_S = 0.1  # how soon a cancelled write of a device file returns
_READ_BYTES = 64


class Line(Protocol):
    """All raise OSError or termios.error when the printer is gone."""

    def write(self, data: bytes) -> None:
        """Send all of it, or raise within `WRITE_LIMIT_S`."""

    def read(self, wait_s: float) -> bytes:
        """What has come, or comes within `wait_s`; empty if nothing does."""

    def close(self) -> None:
        """Never raises."""

    def cancel(self) -> None:
        """Make a `write` or `read` in another thread return."""


def open_line(port: str, baudrate: int) -> Line:
    """`baudrate` counts for serial lines only. Raises OSError or termios.error."""
    if not port.startswith("/"):
        return SerialLine(port, baudrate, WRITE_LIMIT_S)
    descriptor = os.open(port, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    if not os.isatty(descriptor):
        return DeviceFile(descriptor)
    os.close(descriptor)
    return SerialLine(port, baudrate, WRITE_LIMIT_S)


class DeviceFile:
    """An open `/dev/usb/lp0`, non-blocking."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._cancelled = False

    def write(self, data: bytes) -> None:
        deadline_s = time.monotonic() + WRITE_LIMIT_S
        while data:
            if self._cancelled or time.monotonic() > deadline_s:
                raise TimeoutError("the printer takes nothing")
            if select.select([], [self._descriptor], [], _LOOK_S)[1]:
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._descriptor, data) :]

    def read(self, wait_s: float) -> bytes:
        if not select.select([self._descriptor], [], [], wait_s)[0]:
            return b""
        try:
            return os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def cancel(self) -> None:
        self._cancelled = True
