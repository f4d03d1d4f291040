"""Serial ports as configurations name them: a device file or a pyserial URL. And the way to them.

A port that was opened once is known by its USB device from then on. When that comes back under another name
it is found there, for reader, scanner and printer alike; and its old name is not used for what another driver
knows as its own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import termios
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from drivers import usb
from drivers.errors import DeviceMisconfigured
from drivers.supervision import Reason
from drivers.usb import Identity

SCANNER = (
    "[scanner] port",
    "a device such as /dev/ttyUSB1, or a pyserial URL: socket://HOST:PORT, rfc2217://HOST:PORT, loop://",
)
PRINTER = (
    "[printer] port",
    "a device such as /dev/ttyUSB2 or /dev/usb/lp0, socket://HOST:9100 for one on the network, "
    "another pyserial URL, or empty",
)
OUTLET = ("[[outlets]] port", "a device such as /dev/ttyUSB3, or a pyserial URL")
OUTLET_METERS = ("[[outlets]] meters_port", OUTLET[1])
URLS = ("socket://", "rfc2217://", "loop://", "spy://", "alt://", "hwgrep://")


def check_port(port: str, kind: tuple[str, str]) -> None:
    """Raise DeviceMisconfigured if `port` can never name a device of this kind. Opens nothing."""
    if port and not (port.startswith(("/", *URLS)) and port.isprintable()):
        key, allowed = kind
        raise DeviceMisconfigured(key, port, allowed)


def address_of(port: str) -> tuple[str, int]:
    """Raises ValueError for what is no `tcp://HOST:PORT`."""
    scheme, _, place = port.partition("://")
    host, _, number = place.rpartition(":")
    if scheme != "tcp" or not host or not number.isdecimal() or not 0 <= int(number) <= 0xFFFF:
        raise ValueError(f"{port!r} is no tcp://HOST:PORT")
    return host.strip("[]"), int(number)


Device = TypeVar("Device")


class KnownPorts:
    """Which USB device stood behind each configured port when it was last opened."""

    def __init__(self, device_files: Callable[[], Mapping[Path, Identity]] = usb.device_files) -> None:
        self._device_files = device_files
        self._known: dict[str, Identity] = {}

    def open(self, port: str, opening: Callable[[str], Device]) -> Device:
        """Open the device of this port where it is now, and know it from then on."""
        place = self.locate(port)
        device = opening(place)
        identity = self._device_files().get(Path(place).resolve()) if place.startswith("/") else None
        if identity is not None:
            self._known[port] = identity
        return device

    def locate(self, port: str) -> str:
        """Return where the device of this port is now; the port itself if nothing better is known.

        Raises FileNotFoundError if under that name there is now what belongs to another port.
        """
        if not port.startswith("/"):
            return port
        wanted, now = self._known.get(port), self._device_files()
        found = self._find(wanted, now) if wanted is not None else None
        if found is not None:
            return str(found)
        if now.get(Path(port).resolve()) in self._others(port):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), port)
        return port

    def _find(self, wanted: Identity, now: Mapping[Path, Identity]) -> Path | None:
        """The very same first, then the same in another socket, then the only one of its kind."""
        taken = set(self._known.values()) - {wanted}
        free = {file: identity for file, identity in now.items() if identity not in taken}
        for fits in (wanted.__eq__, wanted.is_specimen_of):
            for file, identity in free.items():
                if fits(identity):
                    return file
        alike = [
            file for file, identity in free.items() if not wanted.serial and wanted.is_model_of(identity)
        ]
        return alike[0] if len(alike) == 1 else None

    def _others(self, port: str) -> set[Identity | None]:
        return {identity for other, identity in self._known.items() if other != port}


PORTS = KnownPorts()


class SerialLine:
    """An open serial device or URL, without flow control. All but `close` raise what pyserial raises."""

    def __init__(self, port: str, baudrate: int, write_limit_s: float) -> None:
        import serial  # the office, which checks settings too, has it not

        self._serial: Any = serial.serial_for_url(port, baudrate=baudrate, write_timeout=write_limit_s)

    def write(self, data: bytes) -> None:
        self._serial.write(data)

    def read(self, wait_s: float) -> bytes:
        """What has come, or comes within `wait_s`; empty if nothing does."""
        self._serial.timeout = wait_s
        first: bytes = self._serial.read(1)
        return first + self._serial.read(self._serial.in_waiting) if first else first

    def close(self) -> None:
        """Never raises."""
        with contextlib.suppress(OSError, termios.error):
            self._serial.reset_output_buffer()  # or closing would wait for a device that takes nothing
        with contextlib.suppress(OSError, termios.error):
            self._serial.close()

    def wake(self) -> None:
        """Make a `read` in another thread return, or the next one."""
        with contextlib.suppress(AttributeError, TypeError, OSError):
            self._serial.cancel_read()

    def cancel(self) -> None:
        """Make whatever hangs in another thread return."""
        self.wake()
        with contextlib.suppress(AttributeError, TypeError, OSError):
            self._serial.cancel_write()


def diagnose(fault: Exception, port: str, was_open: bool) -> Reason:
    """Say in a word why a port could not be opened, or failed in use."""
    if isinstance(fault, OSError) and fault.errno in (errno.EACCES, errno.EPERM):
        return Reason.FORBIDDEN
    if not was_open:
        return Reason.ABSENT
    is_there = port.startswith("/") and Path(port).exists()
    return Reason.SILENT if is_there else Reason.UNPLUGGED


class ClosableLine(Protocol):
    """What a session does with any line, whatever it says on it."""

    def close(self) -> None: ...

    def cancel(self) -> None: ...


L = TypeVar("L", bound=ClosableLine)


class LineSession(Generic[L]):
    """What is the same for every `drivers.supervision.Session` that owns one line.

    `silent` is what a device is called that is there and does not answer.
    """

    silent = Reason.SILENT
    _line: L | None = None
    _port: str

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    def abort(self) -> None:
        if self._line is not None:
            self._line.cancel()

    def diagnose(self, fault: Exception) -> Reason:
        if isinstance(fault, TimeoutError):
            return self.silent
        reason = diagnose(fault, self._port, was_open=self._line is not None)
        return self.silent if reason is Reason.SILENT else reason
