"""A request on its way in: gathered byte by byte, until it is whole or shows that it will not be taken.

Only the lines that say where it ends are looked at; what it says is read by the server, once it is all here.
"""

from __future__ import annotations

import re

from sync.wire.messages import MAX_BODY_BYTES

MAX_HEAD_BYTES = 32 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n")
_CODED = re.compile(rb"(?i)\r\ntransfer-encoding:")


class Unwanted(Exception):
    """The request will not be taken; `status` is what to answer."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Coming:
    """What has come of one request. `whole_by_s`: when it must be whole, on the monotonic clock."""

    def __init__(self, whole_by_s: float) -> None:
        self.whole_by_s = whole_by_s
        self.received = bytearray()
        self._whole_bytes: int | None = None  # of head and body, once the head is here

    def add(self, some: bytes) -> bool:
        """Whether the request is whole with these bytes. Raises `Unwanted`."""
        looked = max(len(self.received) - len(_END), 0)
        self.received += some
        if self._whole_bytes is None:
            end = self.received.find(_END, looked)
            if end < 0 and len(self.received) <= MAX_HEAD_BYTES:
                return False
            if not 0 <= end <= MAX_HEAD_BYTES:
                raise Unwanted("431 Request Header Fields Too Large")
            self._whole_bytes = end + len(_END) + _body_bytes(bytes(self.received[: end + len(_END)]))
        return len(self.received) >= self._whole_bytes


def _body_bytes(head: bytes) -> int:
    if _CODED.search(head):
        raise Unwanted("411 Length Required")
    told = _LENGTH.search(head)
    length = int(told[1]) if told else 0
    if length > MAX_BODY_BYTES:
        raise Unwanted("413 Content Too Large")
    return length
