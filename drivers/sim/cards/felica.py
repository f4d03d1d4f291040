"""A FeliCa card that is also an NFC Forum type 3 tag. FeliCa Card User's Manual, sections 4.4.2 to 4.4.6."""

from __future__ import annotations

from drivers.cards.record import issuer_message
from drivers.sim.cards.card import TypeFCard

NDEF_SYSTEM = 0x12FC
_PMM = bytes.fromhex("0120220427674eff")  # RC-S915
_BLOCK = 16
_BLOCKS = 32
_READ_SERVICE = 0x000B
_AT_ONCE = 4
_NO_SERVICE, _NO_BLOCK = b"\x01\xa6", b"\x01\xa8"


class FelicaCard(TypeFCard):
    """Answers polling and READ WITHOUT ENCRYPTION of its NDEF service."""

    def __init__(self, idm: bytes, record: bytes | None = None) -> None:
        super().__init__(idm, _PMM, (NDEF_SYSTEM,))
        message = issuer_message(record) if record is not None else b""
        if len(message) > _BLOCKS * _BLOCK:
            raise ValueError("the record does not fit on this card")
        self._memory = _attributes(len(message)) + message.ljust(_BLOCKS * _BLOCK, b"\x00")

    def exchange(self, command: bytes) -> bytes | None:
        """Answer one frame; the first byte of frame and answer is their length."""
        if len(command) < 2 or command[0] != len(command):
            return None
        if command[1] == 0x00 and len(command) == 6:
            answer = self.poll(command[1:])
        elif command[1] == 0x06 and command[2:10] == self.idm:
            answer = b"\x07" + self.idm + self._read(command[10:])
        else:
            answer = None
        return None if answer is None else bytes([len(answer) + 1]) + answer

    def _read(self, request: bytes) -> bytes:
        services, rest = request[0], request[1 + 2 * request[0] :]
        if services != 1 or int.from_bytes(request[1:3], "little") != _READ_SERVICE:
            return _NO_SERVICE
        numbers = _block_numbers(rest[1:])[: rest[0]]
        if len(numbers) > _AT_ONCE or any(number > _BLOCKS for number in numbers):
            return _NO_BLOCK
        blocks = (self._memory[number * _BLOCK : (number + 1) * _BLOCK] for number in numbers)
        return b"\x00\x00" + bytes([len(numbers)]) + b"".join(blocks)


def _block_numbers(elements: bytes) -> list[int]:
    """Decode a block list: elements of two bytes, or of three when the top bit is clear."""
    numbers = []
    while elements:
        size = 2 if elements[0] & 0x80 else 3
        numbers.append(int.from_bytes(elements[1:size], "little"))
        elements = elements[size:]
    return numbers


def _attributes(length: int) -> bytes:
    """The attribute information block: version 1.0, how much at once, how full, checksum."""
    head = bytes([0x10, _AT_ONCE, 1]) + _BLOCKS.to_bytes(2) + bytes(4) + b"\x00\x00" + length.to_bytes(3)
    return head + sum(head).to_bytes(2)
