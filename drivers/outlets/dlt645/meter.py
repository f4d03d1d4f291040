"""Read a DL/T 645-2007 meter: what it has counted, what flows, and its address.

An answer is believed if it comes from the address that was asked and repeats the item that was asked for.
At 2400 baud a look at one meter takes about half a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import serial

from drivers.outlets.dlt645.frames import (
    ANSWERED,
    ANYBODY,
    HEAD,
    PREAMBLE,
    READ,
    READ_ADDRESS,
    START,
    Frame,
    NoFrame,
    decode,
    number,
    rest_of,
)
from drivers.outlets.metering import Reading, agreed
from drivers.outlets.rs485 import LineSettings, NoAnswer, Rs485Line

SETTINGS = LineSettings(baudrate=2400, parity=serial.PARITY_EVEN, answer_ms=600, late_ms=400)
ENERGY, POWER = 0x00010000, 0x02030000  # 0.01 kWh in four bytes, 0.0001 kW in three, the top bit its sign
ITEM_BYTES = 4
NOISE_BYTES = 2 * len(PREAMBLE)  # so many may stand before a frame


class Dlt645Bus:
    """The meters on a line. For the line's owner thread alone; everything raises `NoAnswer`."""

    def __init__(self, line: Rs485Line) -> None:
        self._line = line

    def item(self, address: str, item: int) -> bytes:
        """Ask a meter for one item; return its value as it stands in the frame."""
        named = item.to_bytes(ITEM_BYTES, "little")
        data = self._read(Frame(address, READ, named))
        if data[:ITEM_BYTES] != named:
            self._line.settle()
            raise NoAnswer(address, f"answered {data.hex()} to item {item:08x}")
        return data[ITEM_BYTES:]

    def address(self) -> str:
        """Ask the only meter on a line for its address."""
        return self._read(Frame(ANYBODY, READ_ADDRESS))[::-1].hex().upper()

    def _read(self, question: Frame) -> bytes:
        self._line.ask(question.encode())
        try:
            answer = decode(self._receive())
            if question.address not in (ANYBODY, answer.address):
                raise NoFrame(f"from {answer.address}")
            if answer.control != question.control | ANSWERED:
                raise NoFrame(f"control code {answer.control:02x}")
        except NoFrame as fault:
            self._line.settle()
            raise NoAnswer(question.address, str(fault)) from fault
        return answer.data

    def _receive(self) -> bytes:
        first = b""
        for _ in range(NOISE_BYTES + 1):
            first = self._line.serial.read(1)
            if first in (b"", bytes([START])):
                break
        head = first + self._line.serial.read(HEAD - 1) if first else first
        return bytes(head + self._line.serial.read(rest_of(head)))


@dataclass(frozen=True, slots=True)
class Dlt645Meter:
    bus: Dlt645Bus
    address: str
    step_wh: int = 10

    @property
    def name(self) -> str:
        return f"dlt645-{self.address}"

    def read(self) -> Reading:
        first_wh = self._figure(ENERGY) * 10
        power_dw = self._figure(POWER)
        return Reading(power_dw, agreed(self.name, first_wh, self._figure(ENERGY) * 10, self.step_wh))

    def _figure(self, item: int) -> int:
        value = self.bus.item(self.address, item)
        if item == POWER:
            value = value[:-1] + bytes([value[-1] & 0x7F]) if value else value
        try:
            return number(value)
        except (NoFrame, ValueError) as fault:
            raise NoAnswer(self.address, str(fault)) from fault
