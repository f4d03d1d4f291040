"""A PC/SC reader that takes frames: what nfcpy and our own code say to a card, in the reader's APDUs.

=======================  ==========================================================================
frame                    what is sent instead
=======================  ==========================================================================
READ, FAST_READ, WRITE   READ BINARY (FF B0), UPDATE BINARY (FF D6), which every such reader knows
GET_VERSION, READ_CNT    handed through, see `passing`; the version can be told by the card's size
RATS                     answered here: the reader has activated the card
ISO-DEP block            the APDU in it
=======================  ==========================================================================

A card that leaves is a time-out, as on any reader; a refusal is a NAK.
"""

from __future__ import annotations

import logging

import nfc.clf
from nfc.clf import RemoteTarget

from drivers.cards.pcsc.atr import target_of
from drivers.cards.pcsc.passing import WAYS, PassOn, Unsupported
from drivers.cards.pcsc.service import CardGone, Connection, Service
from drivers.cards.sensing import Sighting

log = logging.getLogger(__name__)

OK, ACK, NAK = b"\x90\x00", b"\x0a", b"\x00"
PAGE, READ_AT_ONCE = 4, 16
GET_UID = bytes.fromhex("ffca000000")
READ, FAST_READ, WRITE, RATS = 0x30, 0x3A, 0xA2, 0xE0
GET_VERSION = b"\x60"
LOOKS_FOR_UNSEEN = 20
READS_UNTIL_REFUSED = 2
_ISO_DEP_BLOCKS = (0x02, 0x03)
_ATS = bytes.fromhex("0578807002")  # frames of 256 bytes, 4.8 ms to answer: what the reader sees to
_CAPABILITIES = 3  # page of the capability container, whose third byte is the size in units of 8 bytes
_NDEF_MAGIC = b"\xe1"
_VERSION_OF_SIZE = {
    0x12: bytes.fromhex("0004040201000f03"),
    0x3E: bytes.fromhex("0004040201001103"),
    0x6D: bytes.fromhex("0004040201001303"),
}


class PcscFrontend:
    """Stands where nfcpy's `ContactlessFrontend` does. Raises ServiceFault when the reader itself is lost."""

    max_send_data_size = max_recv_data_size = 256

    def __init__(self, service: Service, reader: str) -> None:
        self._service, self._reader = service, reader
        self._connection: Connection | None = None
        self._ways: list[PassOn] = list(WAYS)
        self._uid = b""  # what the card said that lies there
        self._may_be_another = False
        self._mute = False  # a card that refused hears nothing until it is selected anew
        self._unseen = 0  # how often to look for a card that the service may not see

    @property
    def may_be_unseen(self) -> bool:
        """Whether a card may lie there although the service says that none does."""
        return self._unseen > 0

    def look(self, afresh: bool) -> Sighting | None:
        """Say which card lies there; `afresh` selects it anew.

        The service keeps what it was told of the first card until it has seen the reader empty. So a card in
        another one's place is selected anew too, or it would be read as one of the other's kind.
        """
        try:
            if self._connection is None:
                self._connection = self._connect()
                afresh = self._may_be_another
            if afresh:
                self._select_again()
            uid = self._transmit(GET_UID)
            if not afresh and self._uid not in (b"", uid):
                self._select_again()
                uid = self._transmit(GET_UID)
            atr = self.connection.attributes()
        except CardGone:
            self._lose()
            return None
        self._mute = self._mute and not afresh
        self._may_be_another, self._uid = False, uid
        target = target_of(atr, uid[:-2]) if uid[-2:] == OK else None
        return Sighting(target, uid[:-2]) if target is not None else None

    def forget(self) -> None:
        """The reader is empty."""
        self._lose()
        self._may_be_another = False

    def _lose(self) -> None:
        connection, self._connection = self._connection, None
        self._mute, self._may_be_another, self._uid = False, True, b""
        if connection is not None:
            connection.close()

    def sense(self, *targets: RemoteTarget, **_: float) -> RemoteTarget | None:
        """Find the card again that was found before, as nfcpy does after a refusal."""
        try:
            if self._mute:
                self._select_again()
        except CardGone:
            self._lose()
        self._mute = False
        return targets[0] if self._connection is not None else None

    def _connect(self) -> Connection:
        if not self._unseen:
            return self._service.connect(self._reader)
        self._unseen -= 1
        connection = self._service.connect_unseen(self._reader)
        self._unseen = 0
        return connection

    def _select_again(self) -> None:
        self._unseen = LOOKS_FOR_UNSEEN
        self.connection.select_again()
        self._unseen = 0

    def exchange(self, frame: bytes, timeout: float = 0) -> bytearray:
        """Send one frame. Raises nfcpy's TimeoutError if nobody answers."""
        try:
            answer = None if self._mute else self._answer(bytes(frame))
        except CardGone as gone:
            self._lose()
            raise nfc.clf.TimeoutError(str(gone)) from gone
        self._mute = answer in (None, NAK)
        if answer is None:
            raise nfc.clf.TimeoutError("no answer")
        return bytearray(answer)

    def _answer(self, frame: bytes) -> bytes | None:
        code, arguments = frame[0], frame[1:]
        if code == READ:
            return self._read(arguments[0])
        if code == FAST_READ:
            return self._fast_read(arguments[0], arguments[1])
        if code == WRITE:
            return self._write(arguments[0], arguments[1:])
        if code == RATS:
            return _ATS
        if code in _ISO_DEP_BLOCKS:
            return frame[:1] + self._transmit(arguments)
        if frame == GET_VERSION:
            return self._version()
        return self._pass_on(frame)

    def _read(self, page: int) -> bytes:
        """A refusal and an answer that got lost on the air look alike here: a refusal is one that repeats."""
        for _ in range(READS_UNTIL_REFUSED):
            answer = self._transmit(bytes([0xFF, 0xB0, 0x00, page, READ_AT_ONCE]))
            if answer[-2:] == OK:
                return answer[:-2]
            self._select_again()
        return NAK

    def _fast_read(self, first: int, last: int) -> bytes:
        memory = b""
        for page in range(first, last + 1, READ_AT_ONCE // PAGE):
            part = self._read(page)
            if part == NAK:
                return NAK
            memory += part
        return memory[: (last + 1 - first) * PAGE]

    def _write(self, page: int, data: bytes) -> bytes:
        answer = self._transmit(bytes([0xFF, 0xD6, 0x00, page, len(data)]) + data)
        return ACK if answer[-2:] == OK else NAK

    def _version(self) -> bytes | None:
        """The chip's own word, or else what its size says: our record must not depend on the reader.

        Where nobody can ask, a chip of another size counts as one that has no version.
        """
        version = self._pass_on(GET_VERSION)
        if version is not None:
            return version
        self._select_again()
        memory = self._read(_CAPABILITIES)
        if memory == NAK:
            return None  # perhaps it was not heard, and that says nothing of the chip
        by_size = _VERSION_OF_SIZE.get(memory[2]) if memory[:1] == _NDEF_MAGIC else None
        return by_size or (None if self._ways else NAK)

    def _pass_on(self, frame: bytes) -> bytes | None:
        while self._ways:
            try:
                return self._ways[0](self._transmit, frame)
            except Unsupported:
                self._ways.pop(0)
        return None

    def _transmit(self, apdu: bytes) -> bytes:
        return self.connection.transmit(apdu)

    @property
    def connection(self) -> Connection:
        """Raises CardGone if there is none."""
        if self._connection is None:
            raise CardGone("nothing lies there")
        return self._connection
