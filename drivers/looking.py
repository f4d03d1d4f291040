"""Is the device there that a configuration names, and may this user have it? Opens no card reader or port.

A running kiosk keeps its devices to itself, so they are looked at in the system's own lists.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from nfc.clf.device import usb_device_map

from drivers import usb
from drivers.cards.pcsc.service import Service, ServiceFault, chosen
from drivers.paths import Link, ReaderPath, parse_path
from drivers.ports import address_of
from drivers.supervision import Reason


@dataclass(frozen=True, slots=True)
class Found:
    """How a device stands, and what was seen of it."""

    reason: Reason
    what: str


def look_for_reader(path: str, sys: Path = usb.SYS, dev: Path = usb.DEV) -> Found:
    """Look for the reader of a path. Raises DeviceMisconfigured for a path that can never name one."""
    reader = parse_path(path)
    match reader.link:
        case Link.NONE:
            return Found(Reason.NOT_CONFIGURED, "none configured")
        case Link.TTY:
            return look_for_port(reader.port)
        case Link.USB:
            return _on_usb(reader, sys, dev)
        case Link.PCSC:
            return _on_pcsc(reader)
    return Found(Reason.READY, path)


def look_for_port(port: str, dev: Path = usb.DEV) -> Found:
    """Look for a device file, or for the address that we listen at.

    What stands at the far end of a network address shows only in use.
    """
    if not port:
        return Found(Reason.NOT_CONFIGURED, "none configured")
    if port.startswith("tcp://"):
        return _address(port)
    if "://" in port:
        return Found(Reason.READY, port)
    lasting = usb.lasting_name(Path(port), dev)
    known_as = f", which is {lasting} under whatever number" if lasting and str(lasting) != port else ""
    return _file(Path(port), f"{port}{known_as}")


def _on_usb(reader: ReaderPath, sys: Path, dev: Path) -> Found:
    known = [f"{vendor:04x}:{product:04x}" for vendor, product in usb_device_map]
    there = [each for each in usb.devices(sys) if _is_meant(each, reader.text)]
    drivable = [each for each in there if f"{each.vendor}:{each.product}" in known]
    if drivable:
        return _file(drivable[0].file(dev), f"{drivable[0].vendor}:{drivable[0].product}")
    if there:
        what = f"{there[0].vendor}:{there[0].product} is no reader that nfcpy drives; it drives"
        return Found(Reason.ABSENT, f"{what} {', '.join(known)}")
    return Found(Reason.ABSENT, f"{reader.text}: no such reader on USB")


def _is_meant(device: usb.UsbDevice, path: str) -> bool:
    """`usb` is any, `usb:VID[:PID]` has four hexadecimal digits each, `usb:BUS[:DEVICE]` up to three."""
    parts = path.split(":")[1:]
    if not parts:
        return True
    if len(parts[0]) == 4:
        actual: list[str] = [device.vendor, device.product]
        return all(part.lower() == have for part, have in zip(parts, actual, strict=False))
    numbers = [device.bus, device.number]
    return all(int(part) == have for part, have in zip(parts, numbers, strict=False))


def _on_pcsc(reader: ReaderPath) -> Found:
    try:
        service = Service()
    except ServiceFault as fault:
        return Found(fault.reason, str(fault))
    try:
        names = service.readers()
    finally:
        service.close()
    name = chosen(names, reader.port)
    if name is None:
        others = f"; there are {', '.join(names)}" if names else ""
        return Found(Reason.ABSENT, f"{reader.text}: no such reader at the PC/SC service{others}")
    return Found(Reason.READY, name)


def _address(port: str) -> Found:
    """Whether this machine has the address now; whoever uses the port there may be the running kiosk."""
    host, _ = address_of(port)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            return Found(Reason.ABSENT, f"{port} cannot be listened at: {error.strerror or error}")
    return Found(Reason.READY, port)


def _file(file: Path, what: str) -> Found:
    if not file.exists():
        return Found(Reason.ABSENT, f"{what} is not there")
    if not os.access(file, os.R_OK | os.W_OK):
        return Found(Reason.FORBIDDEN, f"{what} may not be opened")
    return Found(Reason.READY, what)
