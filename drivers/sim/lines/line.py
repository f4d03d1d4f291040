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
import time
import tty
from collections.abc import Callable
from pathlib import Path

from drivers.sim.lines.pace import Pace, on_the_line_s

_SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (9600, 115200, 230400, 460800, 921600)}
_WAKE, _HANG_UP = b"w", b"x"


class Line:
    """A pseudo terminal. What the driver writes goes to `received`, in the line's own thread.

    With a pace it takes as long as a real one, and set to more than it can, it carries nonsense.
    """

    def __init__(self, link: Path, received: Callable[[bytes], None], pace: Pace | None = None) -> None:
        self.link = link
        self._received = received
        self._work: Callable[[], float | None] = lambda: None
        self._pace = pace
        self._held = bytearray()  # what the adapter has received and not handed over yet
        self._near = self._far = -1
        self._thread: threading.Thread | None = None
        self._hang_up: tuple[int, int] | None = None

    def work_meanwhile(self, work: Callable[[], float | None]) -> None:
        """Have something done in the line's own thread, again after as many seconds as it returns.

        None: after the next bytes, or when somebody calls `wake`.
        """
        self._work = work

    def wake(self) -> None:
        """Have the work done now. May come from any thread."""
        with contextlib.suppress(OSError):
            if self._hang_up is not None:
                os.write(self._hang_up[1], _WAKE)

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
        os.write(self._hang_up[1], _HANG_UP)
        self._thread.join()
        for descriptor in (self._near, self._far, *self._hang_up):
            os.close(descriptor)
        self._thread = self._hang_up = None

    def send(self, data: bytes) -> None:
        """Send to the driver; what does not fit into the line is lost, as on a real one."""
        if self._pace is None:
            self._hand_over(data)
            return
        time.sleep(on_the_line_s(len(data), self.baudrate))
        self._held += self._at_its_speed(data)
        if not self._pace.latency_timer_ms:
            self._hand_over_held()

    def hold(self, held: bool) -> None:
        """Stop taking what the driver writes, as a device does by flow control, or take it again."""
        termios.tcflow(self._far, termios.TCOOFF if held else termios.TCOON)

    def _point_link(self) -> None:
        fresh = self.link.with_name(f"{self.link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.path)
        fresh.replace(self.link)

    def _hand_over(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._near, data)

    def _hand_over_held(self) -> None:
        held, self._held = bytes(self._held), bytearray()
        self._hand_over(held)

    def _wait_s(self) -> float | None:
        """Do what is due; return how long nothing will be, None: until something happens."""
        due_s = self._work()
        if self._pace is None or not self._held:
            return due_s
        tick_s = self._pace.latency_timer_ms / 1000
        time.sleep(tick_s - time.monotonic() % tick_s)
        self._hand_over_held()
        return due_s

    def _listen(self) -> None:
        assert self._hang_up is not None
        hang_up = self._hang_up[0]
        while True:
            ready, _, _ = select.select([self._near, hang_up], [], [], self._wait_s())
            if hang_up in ready and _HANG_UP in os.read(hang_up, 4096):
                return
            if self._near not in ready:
                continue
            try:
                data = os.read(self._near, 4096)
            except OSError as fault:
                if fault.errno in (errno.EAGAIN, errno.EINTR):
                    continue
                raise
            if self._pace is not None:
                time.sleep(on_the_line_s(len(data), self.baudrate))
                data = self._at_its_speed(data)
            self._received(data)

    def _at_its_speed(self, data: bytes) -> bytes:
        """What arrives: nonsense, if the line is set to more than it can."""
        too_fast = self._pace is not None and self.baudrate > self._pace.fastest_baud
        return bytes(octet ^ 0xA5 for octet in data) if too_fast else data
