"""NTAG 424 DNA, the card's side: EV2First, and commands under the session it opens. NT4H2421Gx data sheet.

It checks what the chip checks: the reader's proof, the MAC and counter of every command, access by key.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from drivers.cards.crypto import aes
from drivers.cards.crypto.diversify import KIOSK_KEY_NUMBER, MASTER_KEY_NUMBER
from drivers.cards.crypto.ev2 import rotate, session_keys
from drivers.cards.ntag424 import FACTORY_KEY, key_checksum
from drivers.sim.cards.ndef_files import CAPABILITIES, NDEF, PROPRIETARY, NdefFiles, data_field

KEY_COUNT = 5

OK, MORE = b"\x91\x00", b"\x91\xaf"
ILLEGAL_COMMAND, INTEGRITY_ERROR, NO_SUCH_KEY, LENGTH_ERROR, PERMISSION_DENIED, AUTHENTICATION_ERROR = (
    bytes.fromhex(status) for status in ("911c", "911e", "9140", "917e", "919d", "91ae")
)
FILE_NOT_FOUND = b"\x91\xf0"

_HARDWARE, _SOFTWARE = bytes.fromhex("04040230001105"), bytes.fromhex("04040201021105")
_BATCH = bytes.fromhex("cf394ba69d31b7")
_FILES = {1: CAPABILITIES, 2: NDEF, 3: PROPRIETARY}
_SETTINGS = {1: "000000e0200000", 2: "0000e0ee000100", 3: "00033023800000"}
_WRITE_KEYS = {3: 3}  # files that are written in full mode, and by which key


@dataclass(slots=True)
class Session:
    key_number: int
    enc: bytes
    mac: bytes
    transaction: bytes
    counter: int = 0

    @property
    def context(self) -> bytes:
        return self.counter.to_bytes(2, "little") + self.transaction

    def iv(self, label: str) -> bytes:
        counter = self.counter.to_bytes(2, "little")
        return aes.encrypt_block(self.enc, bytes.fromhex(label) + self.transaction + counter + bytes(8))


@dataclass(frozen=True, slots=True)
class Challenge:
    key_number: int
    rnd_b: bytes


class Ntag424(NdefFiles):
    """An NTAG 424 DNA whose kiosk key is `key`; all other keys are as delivered."""

    def __init__(
        self,
        uid: bytes,
        key: bytes = FACTORY_KEY,
        record: bytes | None = None,
        *,
        random_uid: bool = False,
        nonce: Callable[[int], bytes] = os.urandom,
    ) -> None:
        if len(uid) != 7:
            raise ValueError("an NTAG 424 DNA has a UID of 7 bytes")
        super().__init__(uid, "067777710280", record, random_uid=random_uid)
        self.true_uid = uid
        self.keys = [FACTORY_KEY] * KEY_COUNT
        self.keys[KIOSK_KEY_NUMBER] = key
        self._hides_uid, self._nonce = random_uid, nonce

    def selected(self) -> None:
        super().selected()
        self._session: Session | None = None
        self._expecting: Callable[[bytes], bytes] | None = None

    def apdu(self, command: bytes) -> bytes:
        if command[:1] != b"\x90":
            return super().apdu(command)
        expecting, self._expecting = self._expecting, None
        if command[1] == 0xAF:
            return expecting(data_field(command)) if expecting else ILLEGAL_COMMAND
        plain = {0x60: self._version, 0x71: self._challenge}.get(command[1])
        if plain is not None:
            return plain(data_field(command))
        return self._secured(command[1], data_field(command))

    def _version(self, _: bytes) -> bytes:
        def batch(_: bytes) -> bytes:
            return (bytes(7) if self._hides_uid else self.true_uid) + _BATCH + OK

        def software(_: bytes) -> bytes:
            self._expecting = batch
            return _SOFTWARE + MORE

        self._expecting = software
        return _HARDWARE + MORE

    def _challenge(self, data: bytes) -> bytes:
        self._session = None
        if len(data) < 2:
            return LENGTH_ERROR
        if data[0] >= KEY_COUNT:
            return NO_SUCH_KEY
        challenge = Challenge(data[0], self._nonce(16))
        self._expecting = lambda proof: self._prove(challenge, proof)
        return aes.encrypt(self.keys[data[0]], challenge.rnd_b) + MORE

    def _prove(self, challenge: Challenge, proof: bytes) -> bytes:
        key = self.keys[challenge.key_number]
        if len(proof) != 32:
            return LENGTH_ERROR
        plain = aes.decrypt(key, proof)
        rnd_a, returned = plain[:16], plain[16:]
        if returned != rotate(challenge.rnd_b):
            return AUTHENTICATION_ERROR
        keys, transaction = session_keys(key, rnd_a, challenge.rnd_b), self._nonce(4)
        self._session = Session(challenge.key_number, keys.enc, keys.mac, transaction)
        return aes.encrypt(key, transaction + rotate(rnd_a) + bytes(12)) + OK

    def _secured(self, ins: int, data: bytes) -> bytes:
        session = self._session
        known = {
            0x51: self._card_uid,
            0xF5: self._file_settings,
            0x8D: self._write_data,
            0xC4: self._change_key,
        }
        if ins not in known:
            return ILLEGAL_COMMAND
        if session is None:
            return AUTHENTICATION_ERROR
        body, mac = data[:-8], data[-8:]
        if aes.short_mac(session.mac, bytes([ins]) + session.context + body) != mac:
            self._session = None
            return INTEGRITY_ERROR
        return known[ins](session, body)

    def _card_uid(self, session: Session, _: bytes) -> bytes:
        session.counter += 1
        return self._sealed(session, aes.encrypt(session.enc, aes.pad(self.true_uid), session.iv("5aa5")))

    def _file_settings(self, session: Session, body: bytes) -> bytes:
        if len(body) != 1:
            return LENGTH_ERROR
        settings = _SETTINGS.get(body[0])
        if settings is None:
            return FILE_NOT_FOUND
        session.counter += 1
        return self._sealed(session, bytes.fromhex(settings))

    def _write_data(self, session: Session, body: bytes) -> bytes:
        if len(body) < 7 + aes.BLOCK:
            return LENGTH_ERROR
        number, offset = body[0], int.from_bytes(body[1:4], "little")
        length = int.from_bytes(body[4:7], "little")
        if session.key_number != _WRITE_KEYS.get(number):
            return PERMISSION_DENIED
        data = aes.unpad(aes.decrypt(session.enc, body[7:], session.iv("a55a")))
        file = self.files[_FILES[number]]
        if len(data) != length or offset + length > len(file):
            return LENGTH_ERROR
        file[offset : offset + length] = data
        session.counter += 1
        return self._sealed(session, b"")

    def _change_key(self, session: Session, body: bytes) -> bytes:
        """The new key counts from the moment the command is understood, whether or not its answer arrives."""
        number = body[0] if body else KEY_COUNT
        if number >= KEY_COUNT:
            return NO_SUCH_KEY
        if session.key_number != MASTER_KEY_NUMBER:
            return PERMISSION_DENIED
        if len(body) != 1 + 2 * aes.BLOCK:
            return LENGTH_ERROR
        data = aes.unpad(aes.decrypt(session.enc, body[1:], session.iv("a55a")))
        if number == MASTER_KEY_NUMBER:
            self.keys[number], self._session = data[:16], None
            return OK
        new = bytes(a ^ b for a, b in zip(data[:16], self.keys[number], strict=True))
        if data[17:] != key_checksum(new):
            self._session = None
            return INTEGRITY_ERROR
        self.keys[number] = new
        session.counter += 1
        return self._sealed(session, b"")

    def _sealed(self, session: Session, body: bytes) -> bytes:
        return body + aes.short_mac(session.mac, b"\x00" + session.context + body) + OK
