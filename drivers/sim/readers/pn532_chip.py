"""The PN532 behind its serial line: registers, the field, and the commands a card reader needs.

PN532 user manual (UM0701-02), section 7. Targets are not activated beyond selection (nfcpy switches automatic
RATS off), peer to peer and card emulation are missing, and a card that stays mute is told at once instead of
after the chip's time-out.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.sim.cards.card import TypeACard
from drivers.sim.field import Field

TIMED_OUT, CRC_WRONG = 0x01, 0x02
BAUDRATES = (9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_288_000)
POWER_UP_BAUDRATE = 115_200
_FIRMWARE = bytes([0x32, 1, 6, 7])  # IC, version, revision, support: types A, B and ISO 18092
_TX_CONTROL, _RX_MODE, _TX_AUTO, _FIFO_DATA = 0x6304, 0x6303, 0x6305, 0x6339
_ANTENNA_ON, _CRC_CHECKED, _FORCE_100_ASK = 0x03, 0x80, 0x40
_SENS_REQ = 0x26
_RF_FIELD, _TIMINGS, _RETRIES = 0x01, 0x02, 0x05
_POWER_UP_TIMINGS, _POWER_UP_RETRIES = bytes([0x00, 0x0B, 0x0A]), bytes([0xFF, 0x01, 0xFF])
_FOR_EVER = 0xFF
_TYPE_A, _TYPE_F, _TYPE_B = (0,), (1, 2), (3,)


class InvalidCommand(Exception):
    """Answered with an error frame."""


class Pn532Chip:
    """Answer commands, given and returned without code and framing."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self.reset()

    def reset(self) -> None:
        """Power up."""
        self.baudrate = POWER_UP_BAUDRATE
        self._registers: dict[int, int] = {}
        self._configuration = {_TIMINGS: _POWER_UP_TIMINGS, _RETRIES: _POWER_UP_RETRIES}
        self._switch_field(False)

    def execute(self, code: int, data: bytes) -> bytes:
        """Raises InvalidCommand for what this chip does not do."""
        handlers: dict[int, Callable[[bytes], bytes]] = {
            0x00: self._diagnose,
            0x02: lambda _: _FIRMWARE,
            0x06: self._read_registers,
            0x08: self._write_registers,
            0x10: self._set_baudrate,
            0x12: _nothing,  # SetParameters
            0x14: _nothing,  # SAMConfiguration
            0x16: self._power_down,
            0x32: self._configure,
            0x42: self._communicate_thru,
            0x44: _success,  # InDeselect
            0x4A: self._list_passive_target,
            0x52: _success,  # InRelease
            0x54: _success,  # InSelect
            0x40: self._data_exchange,
        }
        handler = handlers.get(code)
        if handler is None:
            raise InvalidCommand(f"{code:02x}")
        try:
            return handler(data)
        except IndexError as fault:
            raise InvalidCommand(f"{code:02x} {data.hex()}") from fault

    def _diagnose(self, data: bytes) -> bytes:
        return data if data[0] == 0x00 else b"\x00"  # the line test is an echo; ROM and RAM are well

    def _set_baudrate(self, data: bytes) -> bytes:
        self.baudrate = BAUDRATES[data[0]]
        return b""

    def _power_down(self, _: bytes) -> bytes:
        self._switch_field(False)
        return b"\x00"

    @property
    def searches_for_ever(self) -> bool:
        """Whether InListPassiveTarget answers only when a card has come. MxRtyPassiveActivation."""
        return self._configuration[_RETRIES][2] == _FOR_EVER

    @property
    def card_timeout_index(self) -> int:
        """How long InCommunicateThru waits for a card: 0.1 ms doubled so often less one, 0 for ever."""
        return self._configuration[_TIMINGS][2]

    def _configure(self, data: bytes) -> bytes:
        self._configuration[data[0]] = data[1:]
        if data[0] == _RF_FIELD:
            self._switch_field(bool(data[1] & 1))
        return b""

    def _read_registers(self, data: bytes) -> bytes:
        return bytes(
            self._registers.get(int.from_bytes(data[at : at + 2]), 0) for at in range(0, len(data), 2)
        )

    def _write_registers(self, data: bytes) -> bytes:
        for at in range(0, len(data), 3):
            self._registers[int.from_bytes(data[at : at + 2])] = data[at + 2]
        return b""

    def _switch_field(self, on: bool) -> None:
        self._registers[_TX_CONTROL] = _ANTENNA_ON if on else 0
        self._field.switch(on)

    def _list_passive_target(self, data: bytes) -> bytes:
        kind, initiator_data = data[1], data[2:]
        self._switch_field(True)
        if kind in _TYPE_A:
            return self._list_type_a(initiator_data)
        if kind in _TYPE_F:
            return self._list_type_f(initiator_data)
        if kind in _TYPE_B:
            return self._list_type_b()
        return b"\x00"

    def _list_type_a(self, wanted_uid: bytes) -> bytes:
        self._registers |= {_RX_MODE: _CRC_CHECKED, _TX_AUTO: _FORCE_100_ASK}
        card = self._field.find_type_a(_without_cascade_tag(wanted_uid))
        if card is None:
            self._registers[_FIFO_DATA] = _SENS_REQ  # what the chip sent is still there: nobody answered
            return b"\x00"
        self._registers[_FIFO_DATA] = 0
        card.selected()
        return b"\x01\x01" + card.sens_res[::-1] + _selection(card)

    def _list_type_f(self, request: bytes) -> bytes:
        card = self._field.find_type_f()
        answer = card.poll(request) if card is not None else None
        if answer is None:
            return b"\x00"
        return b"\x01\x01" + bytes([len(answer) + 1]) + answer

    def _list_type_b(self) -> bytes:
        card = self._field.find_type_b()
        return b"\x00" if card is None else b"\x01\x01" + card.atqb + b"\x00"  # an empty ATTRIB_RES

    def _communicate_thru(self, data: bytes) -> bytes:
        answer = self._field.exchange(data)
        if answer is None:
            return bytes([TIMED_OUT])
        if self._field.type_a() is None or self._registers.get(_RX_MODE, 0) & _CRC_CHECKED:
            return bytes([CRC_WRONG]) if len(answer) == 1 and self._is_type_2() else b"\x00" + answer
        return b"\x00" + (answer if len(answer) == 1 else answer + crc_a(answer))

    def _data_exchange(self, data: bytes) -> bytes:
        answer = self._field.exchange(data[1:])
        return bytes([TIMED_OUT]) if answer is None else b"\x00" + answer

    def _is_type_2(self) -> bool:
        card = self._field.type_a()
        return card is not None and not card.sel_res & 0x60


def crc_a(data: bytes) -> bytes:
    """ISO/IEC 14443-3 annex B: CRC_A, low byte first."""
    crc = 0x6363
    for octet in data:
        octet ^= crc & 0xFF
        octet ^= (octet << 4) & 0xFF
        crc = (crc >> 8) ^ (octet << 8) ^ (octet << 3) ^ (octet >> 4)
    return crc.to_bytes(2, "little")


def _selection(card: TypeACard) -> bytes:
    return bytes([card.sel_res, len(card.uid)]) + card.uid


def _without_cascade_tag(wanted_uid: bytes) -> bytes:
    return wanted_uid[1:] if len(wanted_uid) > 4 else wanted_uid


def _nothing(_: bytes) -> bytes:
    return b""


def _success(_: bytes) -> bytes:
    return b"\x00"
