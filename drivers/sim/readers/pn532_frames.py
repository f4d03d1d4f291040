"""Frames on the PN532's serial line. PN532 user manual (UM0701-02), section 6.2.1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ACK = bytes.fromhex("0000ff00ff00")
ERROR = bytes.fromhex("0000ff01ff7f8100")
_START = b"\x00\xff"
_FROM_HOST, _TO_HOST = 0xD4, 0xD5
_LONGEST_NORMAL = 255


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the host."""

    code: int
    data: bytes


@dataclass(frozen=True, slots=True)
class HostAck:
    """The host took our answer, or gives up waiting for it."""


@dataclass(frozen=True, slots=True)
class HostNack:
    """Our last answer did not arrive whole: it is asked for again."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame with a wrong checksum."""


Frame = Command | HostAck | HostNack | Damaged


def answer_frame(code: int, data: bytes) -> bytes:
    """Frame the answer to the command `code`: extended if it is long."""
    body = bytes([_TO_HOST, code + 1]) + data
    if len(body) <= _LONGEST_NORMAL:
        head = bytes([len(body), -len(body) & 0xFF])
    else:
        size = len(body).to_bytes(2)
        head = b"\xff\xff" + size + bytes([-sum(size) & 0xFF])
    return b"\x00\x00\xff" + head + body + bytes([-sum(body) & 0xFF, 0])


class FrameReader:
    """Find frames in what the host sends: wake-up bytes and noise between them are skipped."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        self._bytes += data
        while True:
            start = self._bytes.find(_START)
            if start < 0:
                del self._bytes[:-1]
                return
            del self._bytes[:start]
            frame = self._take()
            if frame is None:
                return
            yield frame

    def forget(self) -> None:
        self._bytes.clear()

    def _take(self) -> Frame | None:
        """Remove and return the frame at the start, None if it is not all here yet."""
        if len(self._bytes) < 4:
            return None
        if self._bytes[2:4] == b"\x00\xff":
            del self._bytes[:4]
            return HostAck()
        if self._bytes[2:4] == b"\xff\x00":
            del self._bytes[:4]
            return HostNack()
        extended = self._bytes[2:4] == b"\xff\xff"
        head = 7 if extended else 4
        if len(self._bytes) < head:
            return None
        fields = self._bytes[4:7] if extended else self._bytes[2:4]
        if sum(fields) & 0xFF or not any(fields):
            del self._bytes[:2]
            return Damaged()
        length = int.from_bytes(fields[:2]) if extended else fields[0]
        if len(self._bytes) < head + length + 1:
            return None
        body = bytes(self._bytes[head : head + length + 1])
        del self._bytes[: head + length + 1]
        if sum(body) & 0xFF or length < 2 or body[0] != _FROM_HOST:
            return Damaged()
        return Command(body[1], body[2:-1])
