"""Open the reader that a configuration names.

nfcpy finds serial readers by short names in /dev only; udev names and pseudo terminals need the whole path,
which is why the transport is made here. It also opens a PN532 at 115200 baud and then speeds up. A process
that died in between leaves the chip at the higher speed, deaf to the next one even past a reboot: so a chip
that does not answer is called at the other speeds and told to come down (PN532 user manual, section 7.2.9,
SetSerialBaudrate).

pyserial writes for ever, at full speed of the processor, to a line whose device takes nothing: so every write
gets a time limit. nfcpy on the other hand gives a chip 100 ms to acknowledge a command. The chip takes 15,
but a busy kiosk may be late to look, and dropping a good reader costs more than waiting for a bad one.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import logging
import termios
from collections.abc import Callable

import nfc.clf
import serial
from nfc.clf.transport import TTY

from drivers.errors import DeviceAbsent
from drivers.paths import Link, ReaderPath, check_path, parse_path

__all__ = ["check_path", "open_reader", "release"]

log = logging.getLogger(__name__)

WRITE_LIMIT_S = 0.25  # the longest frame takes 23 ms at 115200 baud
SHORTEST_WAIT_MS = 400
HIGHER_BAUDRATES = (921_600, 460_800, 230_400)
_WAKE_UP = bytes(10)
_ACK = bytes.fromhex("0000ff00ff00")
_SET_BAUDRATE_115200 = bytes.fromhex("0000ff03fdd410041800")


class BoundedTTY(TTY):  # type: ignore[misc,unused-ignore]  # nfcpy has no types
    """nfcpy's serial transport, less patient when it writes and more so when it reads."""

    def open(self, port: str, baudrate: int = 115_200) -> None:
        super().open(port, baudrate)
        self.tty.write_timeout = WRITE_LIMIT_S

    def read(self, timeout: int) -> bytearray:
        frame: bytearray = super().read(max(timeout, SHORTEST_WAIT_MS))
        return frame


def open_reader(path: str, opening: Callable[[TTY], None] | None = None) -> nfc.clf.ContactlessFrontend:
    """Open the reader at `path` and return nfcpy's frontend; the caller closes it.

    `opening` is shown the serial transport before anything is sent on it, so that another thread can cut it.
    Raises DeviceMisconfigured for a bad path, DeviceAbsent if there is none to open, and otherwise what nfcpy
    and pyserial raise: OSError and termios.error.
    """
    reader = parse_path(path)
    if reader.link is Link.NONE:
        raise DeviceAbsent("no reader is configured")
    if reader.link is Link.TTY:
        return _open_tty(reader, opening)
    return nfc.clf.ContactlessFrontend(path)


def release(transport: TTY) -> None:
    """Close the file behind a serial transport for certain: nfcpy gives up when the line is already dead."""
    port, transport.tty = transport.tty, None
    if port is not None:
        with contextlib.suppress(OSError, termios.error):
            port.reset_output_buffer()  # or closing would wait for a device that takes nothing
        with contextlib.suppress(OSError, termios.error):
            port.close()


def _open_tty(reader: ReaderPath, opening: Callable[[TTY], None] | None) -> nfc.clf.ContactlessFrontend:
    frontend = nfc.clf.ContactlessFrontend()
    transport = BoundedTTY(reader.port)
    try:
        if opening is not None:
            opening(transport)
        frontend.device = _initialise(reader, transport)
    except BaseException:
        release(transport)
        raise
    frontend.device._path = reader.port
    return frontend


def _initialise(reader: ReaderPath, transport: TTY) -> nfc.clf.device.Device:
    driver = importlib.import_module(f"nfc.clf.{reader.driver}")
    try:
        return driver.init(transport)
    except OSError as fault:
        if reader.driver != "pn532" or fault.errno not in (errno.ENODEV, errno.ETIMEDOUT):
            raise
        if not any(_slow_down(transport, reader.port, baudrate) for baudrate in HIGHER_BAUDRATES):
            raise
    log.info("the PN532 on %s was left at a higher speed and has been called back", reader.port)
    return driver.init(transport)


def _slow_down(transport: TTY, port: str, baudrate: int) -> bool:
    """Tell a chip that listens at `baudrate` to go back to 115200; return whether it obeyed."""
    try:
        transport.open(port, baudrate)
        transport.write(_WAKE_UP + _SET_BAUDRATE_115200)
        if transport.read(timeout=100) != _ACK:
            return False
        transport.read(timeout=100)
        transport.write(_ACK)
    except (OSError, IndexError, serial.SerialException):
        return False
    return True
