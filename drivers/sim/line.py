"""The far end of a serial line: a pseudo terminal that can be pulled out and plugged in again.

The kernel gives each new pseudo terminal a number of its own choosing, so the line also keeps a symbolic link
at a path that stays, as udev does in production.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pty
import select
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path

_SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (9600, 115200, 230400, 460800, 921600)}


class Line:
    """A pseudo terminal. What the driver writes goes to `received`, in the line's own thread."""

    def __init__(self, link: Path, received: Callable[[bytes], None]) -> None:
        self.link = link
        self._received = received
        self._near = self._far = -1
        self._thread: threading.Thread | None = None
        self._hang_up: tuple[int, int] | None = None

    @property
    def is_plugged(self) -> bool:
        return self._thread is not None

    @property
    def path(self) -> str:
        """The device file behind the link, such as /dev/pts/3."""
        return os.ttyname(self._far)

    @property
    def baudrate(self) -> int:
        """The speed the driver has set."""
        return _SPEEDS.get(termios.tcgetattr(self._far)[4], 0)

    def plug(self) -> None:
        if self.is_plugged:
            return
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self._hang_up = os.pipe()
        self._point_link()
        self._thread = threading.Thread(target=self._listen, name=f"line-{self.link.name}", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Take the device file away. Not to be called from `received`."""
        if self._thread is None or self._hang_up is None:
            return
        self.link.unlink(missing_ok=True)
        os.write(self._hang_up[1], b"x")
        self._thread.join()
        for descriptor in (self._near, self._far, *self._hang_up):
            os.close(descriptor)
        self._thread = self._hang_up = None

    def send(self, data: bytes) -> None:
        """Send to the driver; what does not fit into the line is lost, as on a real one."""
        with contextlib.suppress(OSError):
            os.write(self._near, data)

    def hold(self, held: bool) -> None:
        """Stop taking what the driver writes, as a device does by flow control, or take it again."""
        termios.tcflow(self._far, termios.TCOOFF if held else termios.TCOON)

    def _point_link(self) -> None:
        fresh = self.link.with_name(f"{self.link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.path)
        fresh.replace(self.link)

    def _listen(self) -> None:
        assert self._hang_up is not None
        hang_up = self._hang_up[0]
        while True:
            ready, _, _ = select.select([self._near, hang_up], [], [])
            if hang_up in ready:
                return
            try:
                data = os.read(self._near, 4096)
            except OSError as fault:
                if fault.errno in (errno.EAGAIN, errno.EINTR):
                    continue
                raise
            self._received(data)
