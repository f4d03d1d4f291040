"""Find the PN532's frames among the bytes of a line. PN532 user manual (UM0701-02), section 6.2.1.

A frame with a wrong checksum, or without the zero at its end, is none: a lost zero leaves the sum as it was.
"""

from __future__ import annotations

ACK = bytes.fromhex("0000ff00ff00")
NACK = bytes.fromhex("0000ffff0000")
LONGEST_DAMAGED_ACK = len(ACK) + 1
SHORTEST_DAMAGED_ANSWER = 5  # of an error frame, without the zeros at its beginning
_PREAMBLE, _START = b"\x00", b"\x00\xff"
_FROM_CHIP, _ERROR = 0xD5, 0x7F  # what a body begins with
_ACK_CODE, _EXTENDED = b"\x00\xff", b"\xff\xff"


def command_code(frame: bytes | bytearray) -> int:
    """The code of a whole command or answer; an answer's is one higher than its command's."""
    return frame[9 if frame[3:5] == _EXTENDED else 6]


class Ear:
    """Takes bytes, gives frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def hear(self, data: bytes) -> None:
        self._bytes += data

    def forget(self) -> None:
        self._bytes.clear()

    @property
    def unexplained(self) -> int:
        """How many bytes were heard that make no frame yet. Zeros before a frame mean nothing."""
        return len(self._bytes.lstrip(_PREAMBLE))

    def frame(self) -> bytes | None:
        """Remove and return the next whole frame, and the noise before it; None if there is none yet."""
        at = self._bytes.find(_START)
        while at >= 0:
            frame = self._frame_at(at + len(_START))
            if frame is not None:
                del self._bytes[: at + len(_START) + len(frame)]
                return _PREAMBLE + _START + frame
            at = self._bytes.find(_START, at + 1)
        return None

    def _frame_at(self, at: int) -> bytes | None:
        """The frame whose length stands at `at`, without preamble and start code."""
        if self._bytes[at : at + 2] == _ACK_CODE:
            return _ACK_CODE + b"\x00"
        fields = (
            self._bytes[at + 2 : at + 5]
            if self._bytes[at : at + 2] == _EXTENDED
            else self._bytes[at : at + 2]
        )
        length = int.from_bytes(fields[:-1])
        head = at + (5 if len(fields) == 3 else 2)
        body = self._bytes[head : head + length + 1]
        end = self._bytes[head + length + 1 : head + length + 2]
        if sum(fields) & 0xFF or len(body) <= length or sum(body) & 0xFF or end != b"\x00":
            return None
        if body[0] not in (_FROM_CHIP, _ERROR):
            return None
        return bytes(self._bytes[at : head + length + 2])
