"""What DNY frames carry. Money in fen, power 0.1 W, energy 0.01 kWh, times in seconds, temperature + 65.

Boxes of different years leave out what came later, so only the length tells what is there. Reading raises
ValueError for what is too short.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

ORDER_BYTES = 16
WH_A_STEP = 10
ZERO_C = 65  # and 0 for one that has no sensor
_OURS = re.compile(rb"([0-9A-Za-z]{1,16})\0*")


def order_bytes(order: str) -> bytes:
    """Raises ValueError for an order that a box cannot keep."""
    if len(order) == 2 * ORDER_BYTES:
        return bytes.fromhex(order)
    if not order.isascii() or len(order) > ORDER_BYTES:
        raise ValueError(f"order = {order!r}: at most {ORDER_BYTES} letters and digits are allowed")
    return order.encode().ljust(ORDER_BYTES, b"\0")


def order_text(order: bytes) -> str:
    """As it was given; one that is not ours, such as of a card at the box, in 32 hexadecimal digits."""
    if not any(order):
        return ""
    found = _OURS.fullmatch(order)
    return found[1].decode() if found else order.hex()


def _celsius(octet: int) -> int | None:
    return octet - ZERO_C if octet else None


def _unpack(layout: str, data: bytes) -> tuple[int, ...]:
    size = struct.calcsize(layout)
    if len(data) < size:
        raise ValueError(f"{len(data)} bytes where at least {size} were expected")
    return struct.unpack_from(layout, data)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    states: bytes  # one for each port
    powers_dw: tuple[int, ...] = ()  # the old one alone says it
    temperature_c: int | None = None  # in the box

    @classmethod
    def read(cls, data: bytes) -> Heartbeat:
        _, count = _unpack("<HB", data)
        return cls(data[3 : 3 + count], (), _celsius(data[4 + count]) if len(data) > 4 + count else None)

    @classmethod
    def read_old(cls, data: bytes) -> Heartbeat:
        _, _, count = _unpack("<HHB", data)
        powers_dw = _unpack(f"<{count}H", data[5 + count :])
        return cls(data[5 : 5 + count], powers_dw)


@dataclass(frozen=True, slots=True)
class Card:
    uid: bytes
    port: int

    @classmethod
    def read(cls, data: bytes) -> Card:
        _, _, port = _unpack("<IBB", data)
        return cls(data[:4], port)

    def accepted(self) -> bytes:
        """The answer that it is known; what becomes of it is told by a start."""
        return self.uid + struct.pack("<BBIB", 0, 0, 0, self.port)


@dataclass(frozen=True, slots=True)
class Power:
    port: int
    state: int
    charged_s: int
    energy_wh: int
    power_dw: int
    order: str
    temperature_c: int | None

    @classmethod
    def read(cls, data: bytes) -> Power:
        port, state, charged_s, energy, _, power_dw = _unpack("<BBHHBH", data)
        order = data[15 : 15 + ORDER_BYTES]
        if len(order) < ORDER_BYTES:
            raise ValueError(f"{len(data)} bytes, and no order in them")
        temperature = _celsius(data[40]) if len(data) > 40 else None
        return cls(port, state, charged_s, energy * WH_A_STEP, power_dw, order_text(order), temperature)


@dataclass(frozen=True, slots=True)
class Settlement:
    charged_s: int
    energy_wh: int
    port: int
    reason: int
    order: str

    @classmethod
    def read(cls, data: bytes) -> Settlement:
        charged_s, _, energy, port, _, _, reason = _unpack("<HHHBBIB", data)
        order = data[13 : 13 + ORDER_BYTES]
        if len(order) < ORDER_BYTES:
            raise ValueError(f"{len(data)} bytes, and no order in them")
        return cls(charged_s, energy * WH_A_STEP, port, reason, order_text(order))


@dataclass(frozen=True, slots=True)
class Switch:
    """Start or stop. `timed_s` 0: until the battery is full."""

    port: int
    is_on: bool
    order: str
    timed_s: int = 0
    longest_s: int = 0
    most_dw: int = 0
    balance_fen: int = 0  # what the box says aloud

    def data(self) -> bytes:
        head = struct.pack("<BIBBH", 0, self.balance_fen, self.port, self.is_on, self.timed_s)
        return head + order_bytes(self.order) + struct.pack("<HH", self.longest_s, self.most_dw)

    @classmethod
    def read(cls, data: bytes) -> Switch:
        _, balance_fen, port, is_on, timed_s = _unpack("<BIBBH", data)
        longest_s, most_dw = _unpack("<HH", data[25:])
        return cls(port, bool(is_on), order_text(data[9:25]), timed_s, longest_s, most_dw, balance_fen)


@dataclass(frozen=True, slots=True)
class Switched:
    answer: int
    order: str
    port: int

    def data(self) -> bytes:
        return bytes([self.answer]) + order_bytes(self.order) + bytes([self.port, 0, 0])

    @classmethod
    def read(cls, data: bytes) -> Switched:
        if len(data) < 18:
            raise ValueError(f"{len(data)} bytes where at least 18 were expected")
        return cls(data[0], order_text(data[1:17]), data[17])


UNTIL_FULL_OR_TIME = 1


def adjust(port: int, timed_s: int, mode: int = UNTIL_FULL_OR_TIME) -> bytes:
    """The time of a running order, from its beginning."""
    return struct.pack("<BBH", mode, port, timed_s)
