"""A key of its own for every card, from a master key that never leaves the office (NXP AN10922).

A stolen kiosk then gives away the keys of its own residents' cards and no others.
"""

from __future__ import annotations

from drivers.cards.crypto import aes

MASTER_KEY_NUMBER, KIOSK_KEY_NUMBER = 0, 1  # slots of an NTAG 424 DNA, see `drivers.cards.ntag424`

_AES128_CONSTANT = b"\x01"
_SYSTEM = b"neighbourhood.card"


def card_key(master: bytes, uid: bytes, key_number: int) -> bytes:
    """Return the 16-byte key in slot `key_number` of the card `uid`."""
    return diversify_aes128(master, uid + bytes([key_number]) + _SYSTEM)


def diversify_aes128(master: bytes, diversification_input: bytes) -> bytes:
    """AN10922 section 2.2: a CMAC over 01 and the input, padded to two blocks even where one would do.

    Raises ValueError unless the input has 1 to 31 bytes.
    """
    if not 1 <= len(diversification_input) <= 31:
        raise ValueError("diversification input must have 1 to 31 bytes")
    message = _AES128_CONSTANT + diversification_input
    if len(message) > aes.BLOCK:
        return aes.cmac(master, message)
    padded = aes.pad(message).ljust(2 * aes.BLOCK, b"\x00")
    last = _xor(padded[aes.BLOCK :], _second_subkey(master))
    return aes.encrypt(master, padded[: aes.BLOCK] + last)[-aes.BLOCK :]


def _second_subkey(key: bytes) -> bytes:
    """K2 of RFC 4493: the encrypted zero block, doubled twice in GF(2^128)."""
    value = int.from_bytes(aes.encrypt_block(key, bytes(aes.BLOCK)))
    for _ in range(2):
        value = (value << 1) ^ (0x87 if value >> 127 else 0)
        value &= (1 << 128) - 1
    return value.to_bytes(aes.BLOCK)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
