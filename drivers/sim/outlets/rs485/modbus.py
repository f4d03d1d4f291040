"""Modbus RTU as a slave speaks it: frames, and the boards and meters that hang on sockets of a shelter."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from drivers.clock import MonotonicMs
from drivers.sim.outlets.shelter import Shelter

FIXED_BYTES = 8  # of a request with function 1 to 6
BY_LENGTH = (15, 16)  # functions whose seventh byte says how many follow
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
ON, OFF = 0xFF00, 0x0000
FLASH_ON, FLASH_OFF = 0x0200, 0x0400  # of Waveshare's boards, in units of 100 ms
PZEM_FULL_WH = 10_000_000  # it shows 9999.99 kWh at most
VOLTS, HERTZ = 230.0, 50.0


def crc(data: bytes) -> bytes:
    """CRC-16/MODBUS, the low byte first."""
    register = 0xFFFF
    for octet in data:
        register ^= octet
        for _ in range(8):
            register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return register.to_bytes(2, "little")


def split(received: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole requests in what was received, and what has only begun."""
    requests = []
    while len(received) >= FIXED_BYTES:
        size = 9 + received[6] if received[1] in BY_LENGTH else FIXED_BYTES
        if len(received) < size:
            break
        requests.append(received[:size])
        received = received[size:]
    return requests, received


class Refusal(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


@dataclass
class ModbusSlave:
    """A slave by its address. What it can do is in `functions`, from the function code to who does it."""

    address: int

    def answer(self, request: bytes) -> bytes | None:
        """Return the whole frame of the answer; None: not for this one, or damaged."""
        if request[0] != self.address or crc(request[:-2]) != request[-2:]:
            return None
        function, body = request[1], request[2:-2]
        try:
            if function not in self.functions:
                raise Refusal(ILLEGAL_FUNCTION)
            said = bytes([self.address, function]) + self.functions[function](body)
        except Refusal as refusal:
            said = bytes([self.address, function | 0x80, refusal.code])
        return said + crc(said)

    @property
    def functions(self) -> dict[int, Callable[[bytes], bytes]]:
        return {}

    def pass_time(self) -> None:
        """Do what is due by itself."""


@dataclass
class RelayBoardSlave(ModbusSlave):
    """One coil for each socket. `dead` are coils that nothing closes; `closings` counts each that did."""

    shelter: Shelter
    clock: MonotonicMs
    is_timed: bool = True
    dead: set[int] = field(default_factory=set)
    closings: dict[int, int] = field(default_factory=dict)
    _opens_ms: dict[int, int] = field(default_factory=dict)

    @property
    def functions(self) -> dict[int, Callable[[bytes], bytes]]:
        return {1: self._read, 5: self._write}

    def pass_time(self) -> None:
        now_ms = self.clock()
        for number, opens_ms in list(self._opens_ms.items()):
            if now_ms >= opens_ms:
                self._open(number)

    def start_anew(self) -> None:
        """The board's own supply came back: everything open."""
        for number in range(1, len(self.shelter) + 1):
            self._open(number)

    def _read(self, body: bytes) -> bytes:
        first, count = struct.unpack(">HH", body)
        if not 1 <= count <= 2000 or first + count > len(self.shelter):
            raise Refusal(ILLEGAL_ADDRESS)
        bits = bytearray((count + 7) // 8)
        for at in range(count):
            bits[at // 8] |= self.shelter[first + at + 1].is_closed << at % 8
        return bytes([len(bits), *bits])

    def _write(self, body: bytes) -> bytes:
        coil, value = struct.unpack(">HH", body)
        flash = coil & 0xFF00 if self.is_timed else 0
        number = coil - flash + 1
        if not 1 <= number <= len(self.shelter) or flash not in (0, FLASH_ON, FLASH_OFF):
            raise Refusal(ILLEGAL_ADDRESS)
        if not flash and value not in (ON, OFF):
            raise Refusal(ILLEGAL_VALUE)
        if flash == FLASH_ON or value == ON:
            self._close(number, value * 100 if flash else None)
        elif not flash:
            self._open(number)
        return body

    def _close(self, number: int, for_ms: int | None) -> None:
        if number in self.dead:
            return
        socket = self.shelter[number]
        if not socket.is_closed:
            self.closings[number] = self.closings.get(number, 0) + 1
        socket.is_closed = True
        self._opens_ms.pop(number, None)
        if for_ms is not None:
            self._opens_ms[number] = self.clock() + for_ms

    def _open(self, number: int) -> None:
        self.shelter[number].is_closed = False
        self._opens_ms.pop(number, None)


@dataclass
class MeterSlave(ModbusSlave):
    """A meter behind one socket. `offset_wh` is added to what flowed there: a register of its own.

    Between two of its own measurements, `every_s` apart, it says the power of the last one.
    """

    shelter: Shelter
    number: int
    offset_wh: int = 0
    every_s: float = 0.0
    _measured_s: float = -math.inf
    _power_dw: int = 0

    @property
    def functions(self) -> dict[int, Callable[[bytes], bytes]]:
        return {3: self._read, 4: self._read}

    @property
    def wh(self) -> float:
        return self.shelter[self.number].energy_wh + self.offset_wh

    def reset(self) -> None:
        """Begin to count at 0."""
        self.offset_wh -= int(self.wh)

    @property
    def power_dw(self) -> int:
        return self._power_dw

    def pass_time(self) -> None:
        socket, now_s = self.shelter[self.number], self.shelter.passed_s
        if now_s - self._measured_s >= self.every_s:
            self._measured_s, self._power_dw = now_s, socket.power_dw

    def words(self) -> dict[int, int]:
        """The registers that it has."""
        raise NotImplementedError

    def _read(self, body: bytes) -> bytes:
        first, count = struct.unpack(">HH", body)
        words = self.words()
        if not 1 <= count <= 125 or any(at not in words for at in range(first, first + count)):
            raise Refusal(ILLEGAL_ADDRESS)
        return struct.pack(f">B{count}H", 2 * count, *(words[at] for at in range(first, first + count)))


@dataclass
class PzemSlave(MeterSlave):
    """PZEM-004T v3, PZEM-014, PZEM-016."""

    def words(self) -> dict[int, int]:
        milliamperes = round(self.power_dw * 100 / VOLTS)
        wh = int(self.wh) % PZEM_FULL_WH
        return dict(
            enumerate(
                [
                    round(VOLTS * 10),
                    *_low_first(milliamperes),
                    *_low_first(self.power_dw),
                    *_low_first(wh),
                    round(HERTZ * 10),
                    100,
                    0,
                ]
            )
        )


@dataclass
class DdsuSlave(MeterSlave):
    """DDSU666: 32-bit floats, the high word first."""

    def words(self) -> dict[int, int]:
        kilowatts = self.power_dw / 10_000
        kwh = int(self.wh) // 10 / 100
        floats = {0x2000: VOLTS, 0x2002: kilowatts * 1000 / VOLTS, 0x2004: kilowatts, 0x2006: 0.0}
        floats |= {0x200A: 1.0, 0x200E: HERTZ, 0x4000: kwh, 0x400A: 0.0}
        return {at + part: word for at, value in floats.items() for part, word in enumerate(_float(value))}


def _low_first(value: int) -> Iterator[int]:
    yield value & 0xFFFF
    yield value >> 16


def _float(value: float) -> tuple[int, int]:
    high, low = struct.unpack(">2H", struct.pack(">f", value))
    return high, low
