"""Enrolment codes: a secret that is good once, and enough of the office's key to know the office again.

Twenty letters and digits in groups of four, without those that look alike. The first twelve are the secret;
the last eight are from the office key's id, so that the very first answer can already be checked.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from sync.errors import WrongCode
from sync.signing import key_id

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET_LENGTH, FINGERPRINT_LENGTH, GROUP_LENGTH = 12, 8, 4
_READ_AS = str.maketrans("OIL", "011")


def make_code(office_key: bytes) -> str:
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    text = secret + fingerprint(office_key)
    return "-".join(text[n : n + GROUP_LENGTH] for n in range(0, len(text), GROUP_LENGTH))


def read_code(typed: str) -> str:
    """The code as it was made, however it was typed. Raises `WrongCode`."""
    text = "".join(c for c in typed.upper() if not c.isspace() and c != "-").translate(_READ_AS)
    if len(text) != SECRET_LENGTH + FINGERPRINT_LENGTH or set(text) - set(ALPHABET):
        raise WrongCode(f"{SECRET_LENGTH + FINGERPRINT_LENGTH} letters and digits are wanted")
    return text


def code_hash(code: str) -> bytes:
    """What the office keeps of it. A secret of 60 random bits needs no slow hash."""
    return hashlib.sha256(b"neighbourhood-card code 1\n" + read_code(code).encode()).digest()


def fingerprint(office_key: bytes) -> str:
    """Forty bits of the key's id."""
    number = int.from_bytes(key_id(office_key)[:5])
    return "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))


def vouches_for(code: str, office_keys: Iterable[bytes]) -> bool:
    """Whether one of these keys is the one that the code was made with."""
    wanted = read_code(code)[SECRET_LENGTH:]
    return any(fingerprint(each) == wanted for each in office_keys)
