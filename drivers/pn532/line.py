"""nfcpy's serial transport, which hears whole frames or says that what it heard was none.

pyserial writes for ever, at full speed of the processor, to a line whose device takes nothing: so every write
gets a time limit. A USB adapter of FTDI's keeps what it has received for 16 ms unless it is asked for low
latency, which costs more than all of a tap: so it is asked. Others have no such timer, and refuse.
"""

from __future__ import annotations

import contextlib
import errno
import os
import termios
import time

from nfc.clf.transport import TTY

from drivers.pn532.frames import Ear

POWER_UP_BAUD = 115_200
SHORTEST_WAIT_MS = 400  # dropping a good reader costs more than waiting for a bad one
WRITE_LIMIT_S = 0.25  # the longest frame takes 23 ms at 115200 baud
QUIET_S = 0.025  # after so long a pause in the middle of a frame, the rest does not come
_OUTPUT_SPEED = 5  # its place in what tcgetattr returns


class Garbled(OSError):
    """Something was said, but no frame. `size` is how many bytes of it were heard."""

    def __init__(self, size: int) -> None:
        super().__init__(errno.EIO, "no frame")
        self.size = size


class BoundedTTY(TTY):  # type: ignore[misc,unused-ignore]  # nfcpy has no types
    """nfcpy's serial transport, less patient when it writes and more so when it reads."""

    def open(self, port: str, baudrate: int = POWER_UP_BAUD) -> None:
        super().open(port, baudrate)
        self.tty.write_timeout = WRITE_LIMIT_S
        with contextlib.suppress(ValueError, OSError):
            self.tty.set_low_latency_mode(True)

    def read(self, timeout: int) -> bytearray:
        frame: bytearray = super().read(max(timeout, SHORTEST_WAIT_MS))
        return frame


class FrameTTY(BoundedTTY):
    """Reads one frame of the PN532 at a time."""

    def __init__(self, port: str) -> None:
        self._ear = Ear()
        super().__init__(port)

    def takes(self, baud: int) -> bool:
        """Whether the adapter's driver can be set to a speed. Leaves it as it was."""
        before: int = self.tty.baudrate
        speed = getattr(termios, f"B{baud}", None)
        try:
            self.tty.baudrate = baud
            taken: bool = termios.tcgetattr(self.tty.fd)[_OUTPUT_SPEED] == speed
        except (OSError, ValueError, termios.error):
            taken = False
        self.tty.baudrate = before
        return taken

    def quieten(self) -> None:
        """Listen until nothing more comes, and forget it."""
        while True:
            try:
                self.read(int(QUIET_S * 1000))
            except Garbled:
                continue
            except OSError as fault:
                if fault.errno != errno.ETIMEDOUT:
                    raise
                return

    def write(self, frame: bytes) -> None:
        self._ear.forget()
        super().write(frame)

    def read(self, timeout: int) -> bytearray:
        """Return the next frame. Raises Garbled, or OSError ETIMEDOUT if not a byte came in `timeout` ms."""
        deadline_s = time.monotonic() + timeout / 1000
        while True:
            frame = self._ear.frame()
            if frame is not None:
                return bytearray(frame)
            noise = self._ear.unexplained
            self.tty.timeout = QUIET_S if noise else max(0.0, deadline_s - time.monotonic())
            heard = self.tty.read(1)
            if not heard and not noise:
                raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            if not heard:
                self._ear.forget()
                raise Garbled(noise)
            self._ear.hear(heard + self.tty.read(self.tty.in_waiting))
