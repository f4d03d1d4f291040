"""Serial ports as configurations name them: a device file or a pyserial URL. Opens nothing."""

from __future__ import annotations

import errno
from pathlib import Path

from drivers.errors import DeviceMisconfigured
from drivers.supervision import Reason

URLS = ("socket://", "rfc2217://", "loop://", "spy://", "alt://", "hwgrep://")


def check_port(key: str, port: str, allowed: str) -> None:
    """Raise DeviceMisconfigured if `port` can never name a device."""
    if port and not port.startswith(("/", *URLS)):
        raise DeviceMisconfigured(key, port, allowed)


def diagnose(fault: Exception, port: str, was_open: bool) -> Reason:
    """Say in a word why a port could not be opened, or failed in use."""
    if isinstance(fault, OSError) and fault.errno in (errno.EACCES, errno.EPERM):
        return Reason.FORBIDDEN
    if not was_open:
        return Reason.ABSENT
    is_there = port.startswith("/") and Path(port).exists()
    return Reason.SILENT if is_there else Reason.UNPLUGGED
