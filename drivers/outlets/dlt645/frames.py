"""Frames of DL/T 645-2007: `FE.. 68 A0..A5 68 C L data CS 16`.

The address is twelve decimal digits, two in a byte, the last pair first. Each byte of the data goes over the
line with 33h added. CS is the sum of all bytes from the first 68h on, modulo 256.
"""

from __future__ import annotations

from dataclasses import dataclass

PREAMBLE, START, END = b"\xfe" * 4, 0x68, 0x16
READ, READ_ADDRESS = 0x11, 0x13
ANSWERED = 0x80  # added to the control code of what was asked; 0x40 besides: refused, 0x20: more follows
ANYBODY = "AA" * 6
HEAD = 10  # bytes from the first start byte to the length
_SHIFT = 0x33


class NoFrame(ValueError):
    """What was received is none of these frames."""


@dataclass(frozen=True, slots=True)
class Frame:
    address: str
    control: int
    data: bytes = b""

    def encode(self) -> bytes:
        shifted = bytes(each + _SHIFT & 0xFF for each in self.data)
        head = bytes([START, *bytes.fromhex(self.address)[::-1], START, self.control, len(shifted)])
        body = head + shifted
        return PREAMBLE + body + bytes([sum(body) & 0xFF, END])


def rest_of(head: bytes) -> int:
    """Return how many bytes follow a head, or raise NoFrame."""
    if len(head) < HEAD or head[0] != START or head[7] != START:
        raise NoFrame(f"no head: {head.hex()}")
    return head[HEAD - 1] + 2


def decode(raw: bytes) -> Frame:
    """Read one whole frame without its preamble, or raise NoFrame."""
    if len(raw) != HEAD + rest_of(raw[:HEAD]):
        raise NoFrame(f"of another length: {raw.hex()}")
    body, (checksum, end) = raw[:-2], raw[-2:]
    if end != END or checksum != sum(body) & 0xFF:
        raise NoFrame(f"damaged: {raw.hex()}")
    data = bytes(each - _SHIFT & 0xFF for each in body[HEAD:])
    return Frame(body[6:0:-1].hex().upper(), body[8], data)


def number(digits: bytes) -> int:
    """Read decimal digits, two in a byte, the last pair first. Raises NoFrame."""
    text = digits[::-1].hex()
    if not text.isdecimal():
        raise NoFrame(f"no decimal digits: {text}")
    return int(text)
