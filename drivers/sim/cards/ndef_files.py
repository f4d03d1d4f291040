"""NFC Forum type 4 tag: files, and the ISO 7816-4 commands that read and write them."""

from __future__ import annotations

from collections.abc import Callable

from drivers.cards.record import issuer_message
from drivers.sim.cards.iso_dep import Type4Card

APPLICATION = bytes.fromhex("d2760000850101")
CAPABILITIES, NDEF, PROPRIETARY = 0xE103, 0xE104, 0xE105
OK = b"\x90\x00"
NOT_FOUND, NOT_SUPPORTED, WRONG_LENGTH, WRONG_OFFSET, NOT_ALLOWED = (
    bytes.fromhex(status) for status in ("6a82", "6d00", "6700", "6b00", "6985")
)
_CAPABILITY_CONTAINER = "0017 20 0100 00ff 0406e104010000 00 0506e10500808283"


class NdefFiles(Type4Card):
    """A type 4 tag with a capability container and an NDEF file of 256 bytes."""

    def __init__(
        self,
        uid: bytes,
        ats: str,
        record: bytes | None = None,
        *,
        sens_res: str = "4403",
        random_uid: bool = False,
    ) -> None:
        super().__init__(uid, ats, sens_res=sens_res, random_uid=random_uid)
        self.files = {
            CAPABILITIES: bytearray.fromhex(_CAPABILITY_CONTAINER).ljust(32, b"\x00"),
            NDEF: bytearray(256),
            PROPRIETARY: bytearray(128),
        }
        if record is not None:
            message = issuer_message(record)
            self.files[NDEF][: 2 + len(message)] = len(message).to_bytes(2) + message
        self._file: bytearray | None = None

    def selected(self) -> None:
        super().selected()
        self._file = None

    def apdu(self, command: bytes) -> bytes:
        if len(command) < 4:
            return WRONG_LENGTH
        handlers: dict[int, Callable[[bytes], bytes]] = {
            0xA4: self._select,
            0xB0: self._read_binary,
            0xD6: self._update_binary,
        }
        handler = handlers.get(command[1])
        if command[0] != 0x00 or handler is None:
            return NOT_SUPPORTED
        return handler(command)

    def _select(self, command: bytes) -> bytes:
        name = data_field(command)
        if command[2] == 0x04:
            return OK if name == APPLICATION else NOT_FOUND
        self._file = self.files.get(int.from_bytes(name))
        return OK if self._file is not None else NOT_FOUND

    def _read_binary(self, command: bytes) -> bytes:
        if self._file is None or self._file is self.files[PROPRIETARY]:
            return NOT_ALLOWED
        offset, length = int.from_bytes(command[2:4]), command[4] or 256
        if offset > len(self._file):
            return WRONG_OFFSET
        return bytes(self._file[offset : offset + length]) + OK

    def _update_binary(self, command: bytes) -> bytes:
        if self._file is not self.files[NDEF]:
            return NOT_ALLOWED
        offset, data = int.from_bytes(command[2:4]), data_field(command)
        if offset + len(data) > len(self._file):
            return WRONG_OFFSET
        self._file[offset : offset + len(data)] = data
        return OK


class ShortAts(Type4Card):
    """A processor card whose ATS has fewer than four bytes, which the standard allows and nfcpy does not."""

    def __init__(self, uid: bytes, ats: str = "0278") -> None:
        super().__init__(uid, ats)

    def apdu(self, command: bytes) -> bytes:
        return NOT_SUPPORTED


class Phone(Type4Card):
    """A telephone with its wallet open: a random UID, and no application of ours."""

    def __init__(self) -> None:
        super().__init__(b"", "0578807002", sens_res="0400", random_uid=True)

    def apdu(self, command: bytes) -> bytes:
        return NOT_FOUND


def data_field(command: bytes) -> bytes:
    """The data of a short command APDU."""
    return command[5 : 5 + command[4]] if len(command) > 5 else b""
