"""Frames of the 电川 board: SOP, length, command, session id of six bytes, data, XOR sum. Big-endian.

The length counts from the command to the sum. A request begins with EE and its reply with 66, whoever asks;
the reply repeats the session id.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

REQUEST, REPLY = 0xEE, 0x66
SESSION_BYTES = 6
NO_SESSION = bytes(SESSION_BYTES)
_AROUND = 2  # SOP and length, which the length does not count
_LEAST = 1 + SESSION_BYTES + 1 + 1  # command, session, one byte of data, sum
LONGEST = 64  # bytes; the longest frame that the board knows has 53


@dataclass(frozen=True, slots=True)
class Frame:
    sop: int
    command: int
    data: bytes
    session: bytes = NO_SESSION

    def encode(self) -> bytes:
        inner = bytes([self.command]) + self.session + self.data
        summed = bytes([len(inner) + 1]) + inner
        return bytes([self.sop]) + summed + bytes([_sum(summed)])


def _sum(data: bytes) -> int:
    return reduce(xor, data)


class Splitter:
    """Takes bytes as they come, gives whole frames, and passes over whatever is none."""

    def __init__(self) -> None:
        self._heard = b""

    def feed(self, data: bytes) -> list[Frame]:
        self._heard += data
        return self._take(is_over=False)

    def quiet(self) -> list[Frame]:
        """Nothing more comes: what began and never ended was no frame, and may hide one."""
        return self._take(is_over=True)

    def _take(self, *, is_over: bool) -> list[Frame]:
        frames = []
        while self._heard:
            length = self._length()
            if length is None and not is_over:
                break
            frame = self._decode(length) if length is not None else None
            if frame is not None:
                frames.append(frame)
            self._heard = self._heard[length if frame is not None else 1 :]
        return frames

    def _length(self) -> int | None:
        """Of what begins here, 0 for what cannot be a frame; None as long as it is not whole."""
        if self._heard[0] not in (REQUEST, REPLY):
            return 0
        if len(self._heard) < _AROUND:
            return None
        length = self._heard[1] + _AROUND
        if not _LEAST + _AROUND <= length <= LONGEST:
            return 0
        return length if length <= len(self._heard) else None

    def _decode(self, length: int) -> Frame | None:
        if not length or _sum(self._heard[1:length]):
            return None
        session_end = 3 + SESSION_BYTES
        return Frame(
            self._heard[0], self._heard[2], self._heard[session_end : length - 1], self._heard[3:session_end]
        )
