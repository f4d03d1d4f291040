"""What the service manager is told: that a process is ready, alive and stopping, as sd_notify(3) has it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable

HEARTBEAT_S = 2.0


def keep_telling(alive: Callable[[], bool], stopping: threading.Event) -> None:
    """Ready; alive for as long as `alive()` says so; and, when `stopping` is set, that it stops."""
    tell("READY=1")
    while not stopping.wait(HEARTBEAT_S):
        if alive():
            tell("WATCHDOG=1")
    tell("STOPPING=1")


def is_managed() -> bool:
    """Whether somebody starts this process again when it has ended."""
    return bool(os.environ.get("NOTIFY_SOCKET"))


def tell(state: str) -> None:
    """One datagram to the service manager; where there is none, or it does not listen, nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"  # in the abstract namespace, not in a folder
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line, contextlib.suppress(OSError):
        line.sendto(state.encode(), address)
