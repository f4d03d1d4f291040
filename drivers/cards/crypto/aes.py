"""AES-128 as NXP cards use it: CBC, ECB on single blocks, CMAC (RFC 4493), and the shortened MAC."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.cmac import CMAC

BLOCK = 16
ZERO_IV = bytes(BLOCK)


def encrypt(key: bytes, data: bytes, iv: bytes = ZERO_IV) -> bytes:
    """CBC over whole blocks, without padding."""
    encryptor = Cipher(AES128(key), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypt(key: bytes, data: bytes, iv: bytes = ZERO_IV) -> bytes:
    decryptor = Cipher(AES128(key), modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def encrypt_block(key: bytes, block: bytes) -> bytes:
    """ECB of one block, which is CBC with an IV of zero."""
    return encrypt(key, block)


def cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(AES128(key))
    mac.update(message)
    return mac.finalize()


def short_mac(key: bytes, message: bytes) -> bytes:
    """The 8 bytes of a CMAC at odd positions, as sent over the air (NT4H2421Gx data sheet, MACt)."""
    return cmac(key, message)[1::2]


def pad(data: bytes) -> bytes:
    """ISO/IEC 9797-1 method 2: 80, then zeros up to a whole block; a full block gets another."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


def unpad(data: bytes) -> bytes:
    """Undo `pad`. Raises ValueError if there is no padding."""
    bare = data.rstrip(b"\x00")
    if not bare.endswith(b"\x80"):
        raise ValueError("no ISO 9797-1 method 2 padding")
    return bare[:-1]
