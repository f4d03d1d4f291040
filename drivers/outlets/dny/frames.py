"""DNY frames: `DNY`, length, physical id, message id, command, data, sum. Little-endian.

The length counts from the id to the sum; the sum is that of all bytes before it. Between frames there is
text: the number of the SIM card as a connection begins, and `link` when there was nothing to say for 30 s.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

HEAD = b"DNY"
LONGEST = 256  # bytes, all of it
_FIXED = struct.Struct("<3sHIHB")  # up to the command
_SUM_BYTES = 2
_UNCOUNTED = 5  # head and length
_LEAST = _FIXED.size + _SUM_BYTES
_ICCID = re.compile(rb"89[0-9A-F]{18}")
_MOST_TEXT = 64


@dataclass(frozen=True, slots=True)
class Frame:
    box: int  # physical id
    message: int
    command: int
    data: bytes = b""

    def encode(self) -> bytes:
        length = _LEAST - _UNCOUNTED + len(self.data)
        said = _FIXED.pack(HEAD, length, self.box, self.message, self.command) + self.data
        return said + _sum(said)

    def answer(self, data: bytes) -> Frame:
        """An answer repeats command and message id."""
        return Frame(self.box, self.message, self.command, data)


def _sum(said: bytes) -> bytes:
    return (sum(said) & 0xFFFF).to_bytes(_SUM_BYTES, "little")


class Splitter:
    """Takes bytes as they come, gives whole frames, and keeps the text between them."""

    def __init__(self) -> None:
        self._heard = b""
        self._text = b""

    @property
    def iccid(self) -> str:
        """The number of the box's SIM card, or an empty text."""
        found = _ICCID.search(self._text)
        return found[0].decode() if found else ""

    def feed(self, data: bytes) -> list[Frame]:
        self._heard += data
        frames = []
        while (frame := self._next(is_over=False)) is not None:
            frames.append(frame)
        return frames

    def quiet(self) -> list[Frame]:
        """Nothing more comes: what began and never ended was no frame, and may hide one."""
        frames = []
        while (frame := self._next(is_over=True)) is not None:
            frames.append(frame)
        return frames

    def _next(self, *, is_over: bool) -> Frame | None:
        while True:
            self._pass_over_text()
            size = self._size()
            if size is None and not is_over:
                return None
            frame = self._decode(size) if size else None
            if frame is not None:
                self._heard = self._heard[size:]
                return frame
            if not self._heard:
                return None
            self._heard = self._heard[1:]

    def _pass_over_text(self) -> None:
        begins = self._heard.find(HEAD)
        if begins < 0:  # perhaps the last bytes begin a head
            begins = len(self._heard) - next((n for n in (2, 1) if self._heard.endswith(HEAD[:n])), 0)
        if not self.iccid:
            self._text = (self._text + self._heard[:begins])[-_MOST_TEXT:]
        self._heard = self._heard[begins:]

    def _size(self) -> int | None:
        """Of what begins here, 0 for what cannot be a frame; None as long as it is not whole."""
        if len(self._heard) < _UNCOUNTED:
            return None
        size = int.from_bytes(self._heard[3:5], "little") + _UNCOUNTED
        if not _LEAST <= size <= LONGEST:
            return 0
        return size if size <= len(self._heard) else None

    def _decode(self, size: int) -> Frame | None:
        said, told = self._heard[: size - _SUM_BYTES], self._heard[size - _SUM_BYTES : size]
        if _sum(said) != told:
            return None
        _, _, box, message, command = _FIXED.unpack_from(said)
        return Frame(box, message, command, said[_FIXED.size :])
