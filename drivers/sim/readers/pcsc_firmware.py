"""The firmware of a PC/SC reader: selects the card and answers the commands that are meant for the reader.

PC/SC part 3. Which commands it hands through to a card is a matter of the model: an ACR1252U in a transparent
session, an ACR122U by the PN532 inside it, others not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import reduce
from operator import xor

from drivers.sim.field import Field

OK, FAILED, NOT_SUPPORTED, NOT_ALLOWED = (bytes.fromhex(sw) for sw in ("9000", "6300", "6a81", "6982"))
_ACK = b"\x0a"
_RATS = b"\xe0\x80"
_I_BLOCK, _R_ACK, _CHAINED = 0x02, 0xA2, 0x10
_SAK_CLASSIC, _SAK_ISO_DEP = 0x08, 0x20
_MEMORY_CARD = "804f0ca000000306"
_CLASSIC_1K, _ULTRALIGHT, _FELICA = "030001", "030003", "11003b"  # standard and kind
_SEND_AND_RECEIVE = 0x95
_TIMER = b"\x5f\x46"
_WELL, _NO_ANSWER = bytes.fromhex("c003009000"), bytes.fromhex("c003016401")


class Model(StrEnum):
    """What a reader hands through to a card."""

    ACR1252U = "ACR1252U"
    ACR122U = "ACR122U"
    PLAIN = "plain"  # nothing


class CardLost(Exception):
    """The card that was selected no longer answers."""


class Firmware:
    """Answers whole commands. Raises CardLost when the card leaves in the middle of one."""

    def __init__(self, field: Field, model: Model) -> None:
        self._field, self._model = field, model
        self._transparent = False
        self._number = 0
        self.atr = b""  # stays as it was told at selection

    def select(self) -> None:
        """Switch the field off and on, and select what lies there."""
        self._field.switch(False)
        self._field.switch(True)
        self._transparent, self._number = False, 0
        card = self._field.type_a()
        if card is None:
            self.atr = _storage_atr(_FELICA) if self._field.type_f() is not None else b""
            return
        card.selected()
        if card.sel_res & _SAK_ISO_DEP:
            history = _historical_bytes(self._card_says(_RATS))
            self.atr = _with_check(bytes([0x3B, 0x80 | len(history), 0x80, 0x01]) + history)
        else:
            self.atr = _storage_atr(_CLASSIC_1K if card.sel_res & _SAK_CLASSIC else _ULTRALIGHT)

    def power_off(self) -> None:
        self._field.switch(False)

    def execute(self, command: bytes) -> bytes:
        """Answer one command APDU with data and status."""
        if command[:1] != b"\xff":
            return self._to_the_card(command)
        handlers: dict[bytes, Callable[[bytes], bytes]] = {
            b"\xca\x00": self._get_uid,
            b"\xb0\x00": self._read_binary,
            b"\xd6\x00": self._update_binary,
        }
        if self._model is Model.ACR1252U:
            handlers[b"\xc2\x00"] = self._transparent_session
        if self._model is Model.ACR122U:
            handlers[b"\x00\x00"] = self._in_communicate_thru
        handler = handlers.get(command[1:3])
        return handler(command) if handler is not None else NOT_SUPPORTED

    def _get_uid(self, _: bytes) -> bytes:
        card, felica = self._field.type_a(), self._field.type_f()
        if card is not None:
            return card.uid + OK
        if felica is not None:
            return felica.idm + OK
        raise CardLost

    def _read_binary(self, command: bytes) -> bytes:
        if not self._is_type_2():
            return NOT_ALLOWED
        answer = self._card_says(b"\x30" + command[3:4])
        return answer[: command[4]] + OK if len(answer) == 16 else FAILED

    def _update_binary(self, command: bytes) -> bytes:
        if not self._is_type_2():
            return NOT_ALLOWED
        answer = self._card_says(b"\xa2" + command[3:4] + command[5:9])
        return OK if answer == _ACK else FAILED

    def _transparent_session(self, command: bytes) -> bytes:
        if command[3] == 0x00:
            self._transparent = command[5] == 0x81
            return _WELL + OK
        if command[3] != 0x01 or not self._transparent:
            return FAILED
        answer = self._field.exchange(_frame_in(command[5:-1]))
        if answer is None:
            return _NO_ANSWER + OK
        bits = b"\x92\x01\x04" if len(answer) == 1 else b"\x92\x01\x00"
        return _WELL + bits + b"\x96\x02\x00\x00" + bytes([0x97, len(answer)]) + answer + OK

    def _in_communicate_thru(self, command: bytes) -> bytes:
        if command[5:7] != b"\xd4\x42":
            return FAILED
        answer = self._field.exchange(command[7 : 5 + command[4]])
        return b"\xd5\x43" + (b"\x01" if answer is None else b"\x00" + answer) + OK

    def _to_the_card(self, command: bytes) -> bytes:
        """One command in an ISO-DEP block; the answer may come in several."""
        if not self._is_iso_dep():
            return NOT_SUPPORTED
        block = self._card_says(bytes([_I_BLOCK | self._number]) + command)
        answer = block[1:]
        while block[0] & _CHAINED:
            self._number ^= 1
            block = self._card_says(bytes([_R_ACK | self._number]))
            answer += block[1:]
        self._number ^= 1
        return answer

    def _card_says(self, frame: bytes) -> bytes:
        answer = self._field.exchange(frame)
        if answer is None:
            if self._field.type_a() is None:
                raise CardLost
            return b""  # it is there and stays mute
        return answer

    def _is_type_2(self) -> bool:
        card = self._field.type_a()
        return card is not None and not card.sel_res & (_SAK_ISO_DEP | _SAK_CLASSIC)

    def _is_iso_dep(self) -> bool:
        card = self._field.type_a()
        return card is not None and bool(card.sel_res & _SAK_ISO_DEP)


def _frame_in(objects: bytes) -> bytes:
    """What is to be sent to the card, out of a transparent exchange."""
    while objects:
        tag, length = (2, objects[2]) if objects.startswith(_TIMER) else (1, objects[1])
        value = objects[tag + 1 : tag + 1 + length]
        if objects[0] == _SEND_AND_RECEIVE:
            return value
        objects = objects[tag + 1 + length :]
    return b""


def _historical_bytes(ats: bytes) -> bytes:
    """What follows the interface bytes, whose presence T0 tells."""
    if len(ats) < 2:
        return b""
    interface_bytes = sum(bool(ats[1] & bit) for bit in (0x10, 0x20, 0x40))
    return ats[2 + interface_bytes : ats[0]]


def _storage_atr(standard_and_kind: str) -> bytes:
    return _with_check(bytes.fromhex("3b8f8001" + _MEMORY_CARD + standard_and_kind + "00000000"))


def _with_check(atr: bytes) -> bytes:
    return atr + bytes([reduce(xor, atr[1:])])
