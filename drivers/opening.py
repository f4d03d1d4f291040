"""Open the reader that a configuration names.

nfcpy finds serial readers by short names in /dev only; udev names and pseudo terminals need the whole path,
which is why the transport is made here. A PN532 is started in `drivers.pn532`.
"""

from __future__ import annotations

import contextlib
import importlib
import termios
from collections.abc import Callable
from dataclasses import replace

import nfc.clf
from nfc.clf.transport import TTY

from drivers import ports
from drivers.errors import DeviceAbsent
from drivers.paths import Link, ReaderPath, check_path, parse_path
from drivers.pn532.line import BoundedTTY, FrameTTY
from drivers.pn532.starting import Speeds, start

__all__ = ["Speeds", "check_path", "open_reader", "release"]


def open_reader(
    path: str, opening: Callable[[TTY], None] | None = None, speeds: Speeds | None = None
) -> nfc.clf.ContactlessFrontend:
    """Open the reader at `path` and return nfcpy's frontend; the caller closes it.

    `opening` is shown the serial transport before anything is sent on it, so that another thread can cut it.
    `speeds` is what earlier openings of the same reader have learnt.
    Raises DeviceMisconfigured for a bad path, DeviceAbsent if there is none to open, and otherwise what nfcpy
    and pyserial raise: OSError and termios.error.
    """
    reader = parse_path(path)
    if reader.link is Link.NONE:
        raise DeviceAbsent("no reader is configured")
    if reader.link is Link.TTY:
        return ports.PORTS.open(
            reader.port, lambda place: _open_tty(replace(reader, port=place), opening, speeds or Speeds())
        )
    return nfc.clf.ContactlessFrontend(path)


def release(transport: TTY) -> None:
    """Close the file behind a serial transport for certain: nfcpy gives up when the line is already dead."""
    port, transport.tty = transport.tty, None
    if port is not None:
        with contextlib.suppress(OSError, termios.error):
            port.reset_output_buffer()  # or closing would wait for a device that takes nothing
        with contextlib.suppress(OSError, termios.error):
            port.close()


def _open_tty(
    reader: ReaderPath, opening: Callable[[TTY], None] | None, speeds: Speeds
) -> nfc.clf.ContactlessFrontend:
    frontend = nfc.clf.ContactlessFrontend()
    is_pn532 = reader.driver == "pn532"
    transport = FrameTTY(reader.port) if is_pn532 else BoundedTTY(reader.port)
    try:
        if opening is not None:
            opening(transport)
        if is_pn532:
            frontend.device = start(transport, reader.port, speeds)
        else:
            frontend.device = importlib.import_module(f"nfc.clf.{reader.driver}").init(transport)
    except BaseException:
        release(transport)
        raise
    frontend.device._path = reader.port
    return frontend
