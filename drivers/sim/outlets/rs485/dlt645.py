"""DL/T 645-2007 as a meter speaks it."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.sim.outlets.shelter import Shelter

START, END, WAKE = b"\x68", 0x16, b"\xfe\xfe\xfe\xfe"
SHORTEST = 12
READ, READ_ADDRESS, ANSWER, REFUSE = 0x11, 0x13, 0x80, 0xC0
NO_SUCH_ITEM = 0x02
ANY = b"\xaa" * 6


def sum_of(frame: bytes) -> int:
    return sum(frame) % 256


def split(received: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole frames in what was received, without what stands before them, and the rest."""
    frames: list[bytes] = []
    while (start := received.find(START)) >= 0:
        received = received[start:]
        if len(received) < SHORTEST or len(received) < SHORTEST + received[9]:
            return frames, received
        size = SHORTEST + received[9]
        frames.append(received[:size])
        received = received[size:]
    return frames, b""


@dataclass
class Dlt645Slave:
    """A meter behind one socket, with twelve digits for an address."""

    address: str
    shelter: Shelter
    number: int
    offset_wh: int = 0

    @property
    def wh(self) -> float:
        return self.shelter[self.number].energy_wh + self.offset_wh

    def reset(self) -> None:
        """Begin to count at 0."""
        self.offset_wh -= int(self.wh)

    def pass_time(self) -> None:
        """It does nothing by itself."""

    def answer(self, request: bytes) -> bytes | None:
        own = bytes(int(self.address[at : at + 2], 16) for at in (10, 8, 6, 4, 2, 0))
        if request[-1] != END or request[-2] != sum_of(request[:-2]) or request[1:7] not in (own, ANY):
            return None
        control, asked = request[8], bytes((octet - 0x33) % 256 for octet in request[10:-2])
        if control == READ_ADDRESS:
            return self._frame(own, READ_ADDRESS | ANSWER, own)
        value = self._value(asked) if control == READ else None
        if value is None:
            return self._frame(own, control | REFUSE, bytes([NO_SUCH_ITEM]))
        return self._frame(own, READ | ANSWER, asked + value)

    def _value(self, item: bytes) -> bytes | None:
        socket = self.shelter[self.number]
        match item[::-1].hex():
            case "00010000":
                return _digits(int(self.wh) // 10, 4)
            case "02030000":
                return _digits(socket.power_dw, 3)
            case "02010100":
                return _digits(2300, 2)
        return None

    @staticmethod
    def _frame(own: bytes, control: int, data: bytes) -> bytes:
        shifted = bytes((octet + 0x33) % 256 for octet in data)
        frame = START + own + START + bytes([control, len(data)]) + shifted
        return WAKE + frame + bytes([sum_of(frame), END])


def _digits(value: int, size: int) -> bytes:
    """Two decimal digits in a byte, the last pair first."""
    return bytes.fromhex(f"{value:0{2 * size}d}"[-2 * size :])[::-1]
