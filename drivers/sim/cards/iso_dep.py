"""ISO/IEC 14443-4, the card's side: activation, blocks with a toggling number, chaining, repeats."""

from __future__ import annotations

from abc import abstractmethod

from drivers.sim.cards.card import TypeACard

_RATS, _DESELECT = 0xE0, 0xC2
_FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)
_CHAINED, _NUMBER = 0x10, 0x01


class Type4Card(TypeACard):
    """A processor card. `apdu` answers whole commands; this class carries them in blocks."""

    def __init__(self, uid: bytes, ats: str, *, sens_res: str = "4403", random_uid: bool = False) -> None:
        super().__init__(uid, sens_res, 0x20, random_uid=random_uid)
        self._ats = bytes.fromhex(ats)
        self._request, self._pending = bytearray(), bytearray()
        self._forget()

    @abstractmethod
    def apdu(self, command: bytes) -> bytes:
        """Answer one command APDU."""

    def selected(self) -> None:
        self._forget()

    def exchange(self, command: bytes) -> bytes | None:
        if not command:
            return None
        if not self._active:
            return self._activate(command)
        control = command[0]
        if control == _DESELECT:
            self._forget()
            return command
        if control & 0xE2 == 0x02:
            return self._information(control, command[1:])
        if control & 0xE6 == 0xA2:
            return self._receipt(control)
        return None

    def _activate(self, command: bytes) -> bytes | None:
        if command[0] != _RATS or len(command) != 2:
            return None
        self._active = True
        self._payload_size = _FRAME_SIZES[min(command[1] >> 4, 8)] - 3
        return self._ats

    def _information(self, control: int, payload: bytes) -> bytes:
        self._number = control & _NUMBER
        self._request += payload
        if control & _CHAINED:
            return self._remember(bytes([0xA2 | self._number]))
        request, self._request = bytes(self._request), bytearray()
        self._pending = bytearray(self.apdu(request))
        return self._next_block()

    def _receipt(self, control: int) -> bytes:
        """R(ACK) asks for the next block of a chain; R(NAK) for the last one again, or whether we live."""
        is_nak = bool(control & 0x10)
        if control & _NUMBER == self._number and self._last:
            return self._last
        if is_nak:
            return bytes([0xA2 | self._number])
        self._number = control & _NUMBER
        return self._next_block()

    def _next_block(self) -> bytes:
        part, self._pending = self._pending[: self._payload_size], self._pending[self._payload_size :]
        chained = _CHAINED if self._pending else 0
        return self._remember(bytes([0x02 | chained | self._number]) + part)

    def _remember(self, block: bytes) -> bytes:
        self._last = block
        return block

    def _forget(self) -> None:
        self._active = False
        self._number = 1  # ISO/IEC 14443-4, rule C: the card's block number before the first block
        self._payload_size = 13
        self._request, self._pending = bytearray(), bytearray()
        self._last = b""
