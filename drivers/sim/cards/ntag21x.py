"""NTAG213, 215 and 216: pages of four bytes. NXP NTAG213/215/216 data sheet, sections 8 and 10."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.cards.record import issuer_message
from drivers.sim.cards.card import TypeACard

ACK, NAK = b"\x0a", b"\x00"
PAGE = 4
PROT, NFC_CNT_EN, NFC_CNT_PWD_PROT = 0x80, 0x10, 0x08  # bits of ACCESS
MOST_COUNTED = 0xFFFFFF  # then it stands still


@dataclass(frozen=True, slots=True)
class Model:
    version: str
    pages: int
    ndef_size: int  # of the capability container, in units of 8 bytes

    @property
    def configuration_page(self) -> int:
        return self.pages - 4


NTAG213 = Model("0004040201000f03", 45, 0x12)
NTAG215 = Model("0004040201001103", 135, 0x3E)
NTAG216 = Model("0004040201001303", 231, 0x6D)


class Ntag21x(TypeACard):
    """A memory card. After an unknown or refused command it is idle until it is selected again."""

    def __init__(self, model: Model, uid: bytes, record: bytes | None = None, counter: int = 0) -> None:
        super().__init__(uid, "4400", 0x00)
        if len(uid) != 7:
            raise ValueError("an NTAG21x has a UID of 7 bytes")
        self._model = model
        self._memory = _delivered(model, uid)
        self._idle = self._unlocked = self._counted = False
        self.signature = bytes(32)
        self.counter = counter
        if record is not None:
            self.write_ndef(issuer_message(record))
            self.count()

    @property
    def memory(self) -> bytes:
        return bytes(self._memory)

    def protect(self, first_page: int, password: bytes, acknowledge: bytes, *, reading: bool = False) -> None:
        """Set AUTH0, PWD and PACK, as an issuer does."""
        at = self._model.configuration_page * PAGE
        self._memory[at + 3] = first_page
        self._memory[at + 4] = self._access & ~PROT | (PROT if reading else 0)
        self._memory[at + 8 : at + 14] = password + acknowledge

    def count(self, *, behind_password: bool = False) -> None:
        """Turn the counter on, as an issuer does."""
        at = self._model.configuration_page * PAGE
        self._memory[at + 4] |= NFC_CNT_EN | (NFC_CNT_PWD_PROT if behind_password else 0)

    def write_ndef(self, message: bytes) -> None:
        """Put a message on it, as any phone does. Raises ValueError if it is too long."""
        length = bytes([len(message)]) if len(message) < 255 else b"\xff" + len(message).to_bytes(2)
        block = b"\x03" + length + message + b"\xfe"
        if len(block) > self._model.ndef_size * 8:
            raise ValueError(f"a record of {len(message)} bytes does not fit on this card")
        self._memory[16 : 16 + len(block)] = block

    def make_read_only(self) -> None:
        """Say so in the capability container, as a phone does that locks a card."""
        self._memory[15] |= 0x0F

    def power_up(self) -> None:
        self._counted = False
        super().power_up()

    def selected(self) -> None:
        self._idle = self._unlocked = False

    def exchange(self, command: bytes) -> bytes | None:
        if self._idle or not command:
            return None
        answer = self._answer(command[0], command[1:])
        if answer is None or answer == NAK:
            self._idle = True
        return answer

    def _answer(self, code: int, arguments: bytes) -> bytes | None:
        match code, len(arguments):
            case 0x30, 1:
                return self._counting(self._read(arguments[0]))
            case 0x3A, 2:
                return self._counting(self._fast_read(arguments[0], arguments[1]))
            case 0x39, 1:
                return self._read_counter(arguments[0])
            case 0x60, 0:
                return bytes.fromhex(self._model.version)
            case 0x3C, 1:
                return self.signature
            case 0x1B, 4:
                return self._authenticate(arguments)
            case 0xA2, 5:
                return self._write(arguments[0], arguments[1:])
            case 0x50, 1:
                return None  # HLTA
        return NAK

    def _read(self, page: int) -> bytes:
        if page >= self._readable_pages:
            return NAK
        twice = self._visible_memory(self._readable_pages) * 2  # reading wraps round to page 0
        return twice[page * PAGE : page * PAGE + 16]

    def _fast_read(self, first: int, last: int) -> bytes:
        if first > last or last >= self._readable_pages:
            return NAK
        return self._visible_memory(self._model.pages)[first * PAGE : (last + 1) * PAGE]

    def _counting(self, answer: bytes) -> bytes:
        """The first read after the field came on is counted."""
        if answer != NAK and self._access & NFC_CNT_EN and not self._counted:
            self._counted = True
            self.counter = min(self.counter + 1, MOST_COUNTED)
        return answer

    def _read_counter(self, number: int) -> bytes:
        behind_password = self._access & NFC_CNT_PWD_PROT and not self._unlocked
        if number != 2 or not self._access & NFC_CNT_EN or behind_password:
            return NAK
        return self.counter.to_bytes(3, "little")

    def _write(self, page: int, data: bytes) -> bytes:
        if not 2 <= page < self._model.pages or self._is_protected(page):
            return NAK
        if page == 3:  # one time programmable
            data = bytes(a | b for a, b in zip(data, self._memory[12:16], strict=True))
        elif page == 2:
            data = bytes(self._memory[8:10]) + data[2:]
        self._memory[page * PAGE : (page + 1) * PAGE] = data
        return ACK

    def _authenticate(self, password: bytes) -> bytes:
        at = (self._model.configuration_page + 2) * PAGE
        if self._memory[at : at + 4] != password:
            return NAK
        self._unlocked = True
        return bytes(self._memory[at + 4 : at + 6])

    @property
    def _access(self) -> int:
        return self._memory[self._model.configuration_page * PAGE + 4]

    @property
    def _first_protected_page(self) -> int:
        return self._memory[self._model.configuration_page * PAGE + 3]

    def _is_protected(self, page: int) -> bool:
        return not self._unlocked and page >= self._first_protected_page

    @property
    def _readable_pages(self) -> int:
        if self._access & PROT and not self._unlocked:
            return min(self._model.pages, self._first_protected_page)
        return self._model.pages

    def _visible_memory(self, pages: int) -> bytes:
        secret = (self._model.configuration_page + 2) * PAGE
        return bytes(self._memory[:secret] + bytes(2 * PAGE))[: pages * PAGE]  # PWD and PACK read as zeros


def _delivered(model: Model, uid: bytes) -> bytearray:
    """The memory of a card fresh from the factory."""
    memory = bytearray(model.pages * PAGE)
    check_0 = 0x88 ^ uid[0] ^ uid[1] ^ uid[2]
    check_1 = uid[3] ^ uid[4] ^ uid[5] ^ uid[6]
    memory[0:10] = uid[:3] + bytes([check_0]) + uid[3:] + bytes([check_1, 0x48])
    memory[12:16] = bytes([0xE1, 0x10, model.ndef_size, 0x00])
    memory[16:19] = b"\x03\x00\xfe"
    at = model.configuration_page * PAGE
    memory[at : at + 8] = bytes.fromhex("040000ff00050000")
    memory[at + 8 : at + 12] = b"\xff\xff\xff\xff"
    return memory
