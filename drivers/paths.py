"""The `[reader] path` of a configuration, checked without touching any device.

=====================  ==========================================================================
`tty:DEVICE:pn532`     a PN532 on a serial line; DEVICE is a whole path such as `/dev/ttyUSB0`,
                       a udev name such as `/dev/serial/by-id/...`, or nfcpy's short `USB0`
`usb[:VID[:PID]]`      a reader that nfcpy drives over USB; also `usb:BUS:DEVICE` in decimals
`udp:HOST:PORT`        nfcpy's contactless link over UDP, for development
`pcsc:[NAME]`          a reader that the PC/SC service drives: the first whose name has NAME in it, such as
                       `pcsc:ACR1252`; `pcsc:` alone takes the first there is
(empty)                no reader
=====================  ==========================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from drivers.errors import DeviceMisconfigured

KEY = "[reader] path"
ALLOWED = (
    "tty:/dev/ttyUSB0:pn532, tty:USB0:pn532, pcsc:, pcsc:NAME, usb[:VID[:PID]], usb:BUS:DEVICE, "
    "udp:HOST:PORT or empty"
)
TTY_DRIVERS = ("pn532", "arygon")

# nfcpy hands the device path to a shell, so nothing that a shell would read has a place in it.
_DEVICE = re.compile(r"/[A-Za-z0-9._:/+@-]+")
_SHORT = re.compile(r"(?P<numbered>(S|ACM|AMA|USB)\d+)|(?!(S|ACM|AMA|USB)\b)[A-Za-z0-9-]+")
_USB = re.compile(r"usb(:[0-9a-fA-F]{4}(:[0-9a-fA-F]{4})?|:[0-9]{1,3}(:[0-9]{1,3})?)?")
_UDP = re.compile(r"udp:[A-Za-z0-9.-]+:(?P<port>[0-9]{1,5})")


class Link(StrEnum):
    """What the reader hangs on."""

    NONE = "none"
    TTY = "tty"
    USB = "usb"
    UDP = "udp"
    PCSC = "pcsc"


@dataclass(frozen=True, slots=True)
class ReaderPath:
    """A path taken apart. `port` is a whole device path on a TTY link, part of a name on a PC/SC link."""

    text: str
    link: Link
    port: str = ""
    driver: str = ""


def parse_path(path: str) -> ReaderPath:
    """Take a reader path apart.

    Raises DeviceMisconfigured for a path that can never work.
    """
    if not path:
        return ReaderPath(path, Link.NONE)
    if path.startswith("pcsc:") and path.isprintable():
        return ReaderPath(path, Link.PCSC, path.removeprefix("pcsc:").strip())
    if path.startswith("tty:"):
        return _tty(path)
    if _USB.fullmatch(path):
        return ReaderPath(path, Link.USB)
    udp = _UDP.fullmatch(path)
    if udp and 0 < int(udp["port"]) < 65536:
        return ReaderPath(path, Link.UDP)
    raise DeviceMisconfigured(KEY, path, ALLOWED)


def check_path(path: str) -> None:
    """Raise DeviceMisconfigured if `path` can never name a reader. Opens nothing."""
    parse_path(path)


def _tty(path: str) -> ReaderPath:
    port, _, driver = path.removeprefix("tty:").rpartition(":")
    if driver in TTY_DRIVERS and _DEVICE.fullmatch(port):
        return ReaderPath(path, Link.TTY, port, driver)
    short = _SHORT.fullmatch(port)
    if driver in TTY_DRIVERS and short:
        return ReaderPath(path, Link.TTY, f"/dev/tty{port}" if short["numbered"] else f"/dev/{port}", driver)
    raise DeviceMisconfigured(KEY, path, ALLOWED)
