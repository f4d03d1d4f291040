"""NTAG 424 DNA: the card that cannot be copied.

The reader proves to the card and the card to the reader that both hold the same AES key, and the card then
tells its UID under that session: the number at activation may be a random one, or a copier's.

=====  ===========================================================  ==============
slot   key                                                          held by
=====  ===========================================================  ==============
0      application master: changes keys and settings                office
1      proof at the counter (`KIOSK_KEY_NUMBER`)                    office, kiosk
2      mirrored data for phones (SDM)                               office
3, 4   as delivered
=====  ===========================================================  ==============

Not supported: LRP mode. Sources: NT4H2421Gx data sheet sections 10 and 11, AN12196.
"""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

from drivers.cards.crypto.diversify import MASTER_KEY_NUMBER
from drivers.cards.crypto.ev2 import NONCE_BYTES, Challenge, ProofRefused
from drivers.cards.crypto.secure_messaging import SecureChannel

if TYPE_CHECKING:  # the office knows these cards too, and has no reader
    from nfc.tag.tt4 import Type4Tag

APPLICATION = bytes.fromhex("d2760000850101")
FACTORY_KEY = bytes(16)
KEY_VERSION = b"\x01"  # ours; the factory's is 00

_OK, _MORE, _DELAY = b"\x91\x00", b"\x91\xaf", b"\x91\xad"
_ISO_OK = b"\x90\x00"
_HARDWARE_TYPE_NTAG, _HARDWARE_MAJOR_424 = 0x04, 0x30


class Status(Exception):
    """The card answered a command with an error. `code` is SW1 SW2, as in the data sheet's table 25."""

    def __init__(self, code: bytes) -> None:
        super().__init__(code.hex())
        self.code = code


class Busy(ValueError):
    """After many wrong keys the card makes everyone wait: ask it again (status 91AD)."""


class Ntag424:
    """The application of an NTAG 424 DNA, reached through an activated type 4 tag.

    All methods raise nfcpy's TagCommandError when the card leaves, and Status when it refuses.
    """

    def __init__(self, tag: Type4Tag) -> None:
        self._tag = tag

    def select(self) -> bool:
        """Select the application by its ISO name; return whether the card has one of that name."""
        answer = self._tag.send_apdu(0x00, 0xA4, 0x04, 0x0C, APPLICATION, mrl=0, check_status=False)
        return bytes(answer[-2:]) == _ISO_OK

    def is_genuine_type(self) -> bool:
        """Ask for the chip's version (three frames): other cards may have an application of that name."""
        try:
            hardware = self._native(0x60, expected=_MORE)
            self._native(0xAF, expected=_MORE)
            self._native(0xAF)
        except Status:
            return False
        return hardware[1:2] == bytes([_HARDWARE_TYPE_NTAG]) and hardware[3:4] == bytes([_HARDWARE_MAJOR_424])

    def authenticate(self, key_number: int, key: bytes, rnd_a: bytes | None = None) -> SecureChannel:
        """AuthenticateEV2First. Raises ProofRefused if card and reader do not hold the same key, and Busy."""
        challenge = Challenge.accept(key, rnd_a or os.urandom(NONCE_BYTES), self.challenge(key_number))
        transaction, keys = challenge.confirm(self.prove(challenge.answer()))
        return SecureChannel(keys, transaction)

    def challenge(self, key_number: int) -> bytes:
        """The first half, with no PCD capabilities: the card's challenge. Raises ProofRefused or Busy."""
        return self._authenticating(0x71, bytes([key_number, 0]), expected=_MORE)

    def prove(self, answer: bytes) -> bytes:
        """The second half: what the card says to the answer to its nonce. Raises ProofRefused or Busy."""
        return self._authenticating(0xAF, answer)

    def _authenticating(self, ins: int, data: bytes, expected: bytes = _OK) -> bytes:
        try:
            return self._native(ins, data, expected)
        except Status as refusal:
            if refusal.code == _DELAY:
                raise Busy("the card asks for a pause") from refusal
            raise ProofRefused(str(refusal)) from refusal

    def card_uid(self, channel: SecureChannel) -> bytes:
        """GetCardUID, full mode: the UID as only the holder of the session key can say it."""
        return channel.full_answer(self._native(0x51, channel.command(0x51)))

    def file_settings(self, channel: SecureChannel, file_number: int) -> bytes:
        """GetFileSettings, MAC mode."""
        return channel.plain_answer(self._native(0xF5, channel.command(0xF5, bytes([file_number]))))

    def write_data(self, channel: SecureChannel, file_number: int, offset: int, data: bytes) -> None:
        """WriteData, full mode."""
        header = bytes([file_number]) + offset.to_bytes(3, "little") + len(data).to_bytes(3, "little")
        channel.full_answer(self._native(0x8D, channel.command(0x8D, header, data)))

    def change_key(self, channel: SecureChannel, key_number: int, new: bytes, old: bytes) -> None:
        """ChangeKey, full mode, in a session of the master key. With that key itself the session ends.

        Raises Status if `old` is not the key in this slot; the card says nothing of the sort for the master
        key, whose holder has just proved it.
        """
        header = bytes([key_number])
        if key_number == MASTER_KEY_NUMBER:
            self._native(0xC4, channel.command(0xC4, header, new + KEY_VERSION))
            return
        changed = bytes(a ^ b for a, b in zip(new, old, strict=True)) + KEY_VERSION + key_checksum(new)
        channel.plain_answer(self._native(0xC4, channel.command(0xC4, header, changed)))

    def _native(self, ins: int, data: bytes = b"", expected: bytes = _OK) -> bytes:
        """Send a native command in its ISO wrapping. Raises Status unless it ends as `expected`."""
        answer = bytes(self._tag.send_apdu(0x90, ins, 0, 0, data, mrl=256, check_status=False))
        if answer[-2:] != expected:
            raise Status(answer[-2:])
        return answer[:-2]


def key_checksum(key: bytes) -> bytes:
    """CRC32NK of ChangeKey: IEEE 802.3 without the last inversion, low byte first (AN12196, table 25)."""
    return (zlib.crc32(key) ^ 0xFFFFFFFF).to_bytes(4, "little")
