"""Secure dynamic messaging: the proof that an NTAG 424 DNA mirrors into the text a phone reads.

A card laid on a phone shows its UID and a tap counter under a MAC, with no reader of ours involved. Whoever
checks it must refuse a counter it has seen before. NT4H2421Gx data sheet section 9.3, AN12196 section 3.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from drivers.cards.crypto import aes

UID_BYTES = 7
COUNTER_BYTES = 3
_UID_MIRRORED, _COUNTER_MIRRORED, _UID_LENGTH = 0x80, 0x40, 0x0F


@dataclass(frozen=True, slots=True)
class PiccData:
    """What the card says of itself."""

    uid: bytes
    counter: int

    @property
    def _bytes(self) -> bytes:
        return self.uid + self.counter.to_bytes(COUNTER_BYTES, "little")


def open_picc_data(meta_read_key: bytes, encrypted: bytes) -> PiccData:
    """Decrypt PICCENCData. Raises ValueError unless it holds a UID of seven bytes and a counter."""
    plain = aes.decrypt(meta_read_key, encrypted)
    if plain[0] != _UID_MIRRORED | _COUNTER_MIRRORED | UID_BYTES:
        raise ValueError("PICCENCData does not hold a UID and a counter: wrong key, or another card")
    counter = plain[1 + UID_BYTES : 1 + UID_BYTES + COUNTER_BYTES]
    return PiccData(plain[1 : 1 + UID_BYTES], int.from_bytes(counter, "little"))


def mac_session_key(file_read_key: bytes, picc: PiccData) -> bytes:
    return aes.cmac(file_read_key, bytes.fromhex("3cc300010080") + picc._bytes)


def enc_session_key(file_read_key: bytes, picc: PiccData) -> bytes:
    return aes.cmac(file_read_key, bytes.fromhex("c33c00010080") + picc._bytes)


def sdm_mac(file_read_key: bytes, picc: PiccData, mirrored: bytes = b"") -> bytes:
    """Return SDMMAC over `mirrored`, the text between SDMMACInputOffset and SDMMACOffset."""
    return aes.short_mac(mac_session_key(file_read_key, picc), mirrored)


def verify(file_read_key: bytes, picc: PiccData, mac: bytes, mirrored: bytes = b"") -> bool:
    """Tell whether the card with this key wrote `mac`. The counter is the caller's to check."""
    return hmac.compare_digest(sdm_mac(file_read_key, picc, mirrored), mac)


def open_file_data(file_read_key: bytes, picc: PiccData, encrypted: bytes) -> bytes:
    """Decrypt SDMENCFileData. Check the MAC first."""
    key = enc_session_key(file_read_key, picc)
    iv = aes.encrypt_block(key, picc.counter.to_bytes(COUNTER_BYTES, "little").ljust(aes.BLOCK, b"\x00"))
    return aes.decrypt(key, encrypted, iv)
