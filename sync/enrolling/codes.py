"""Enrolment codes: a secret that is good once, and enough of the office's key to know the office again.

Thirty letters and digits in groups of five, without those that look alike. The first twelve are the secret;
the next sixteen are from the office's key, so that the very first answer can already be checked; the last two
are from all the others, so that a slip of the finger is told from a code that is not good any more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from sync.errors import WrongCode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 5  # of each
SECRET_LENGTH, FINGERPRINT_LENGTH, CHECK_LENGTH, GROUP_LENGTH = 12, 16, 2, 5
LENGTH = SECRET_LENGTH + FINGERPRINT_LENGTH + CHECK_LENGTH
_READ_AS = str.maketrans("OIL", "011")


def make_code(office_key: bytes) -> str:
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    text = secret + fingerprint(office_key)
    text += _check(text)
    return "-".join(text[n : n + GROUP_LENGTH] for n in range(0, len(text), GROUP_LENGTH))


def read_code(typed: str) -> str:
    """The code as it was made, however it was typed. Raises `WrongCode`."""
    text = "".join(c for c in typed.upper() if not c.isspace() and c != "-").translate(_READ_AS)
    if len(text) != LENGTH or set(text) - set(ALPHABET):
        raise WrongCode(f"{len(text)} characters; {LENGTH} letters and digits are wanted")
    if _check(text[:-CHECK_LENGTH]) != text[-CHECK_LENGTH:]:
        raise WrongCode("mistyped; compare it with what the office gave out")
    return text


def code_hash(code: str) -> bytes:
    """What the office keeps of it. A secret of 60 random bits needs no slow hash."""
    return hashlib.sha256(b"neighbourhood-card code 1\n" + read_code(code).encode()).digest()


def fingerprint(office_key: bytes) -> str:
    """The first eighty bits of the key's SHA-256; of its id, which is shorter, all."""
    bits = BITS * FINGERPRINT_LENGTH
    return _letters(int.from_bytes(hashlib.sha256(office_key).digest()[: bits // 8]), FINGERPRINT_LENGTH)


def vouches_for(code: str, office_keys: Iterable[bytes]) -> bool:
    """Whether one of these keys is the one that the code was made with."""
    wanted = read_code(code)[SECRET_LENGTH:-CHECK_LENGTH]
    return any(fingerprint(each) == wanted for each in office_keys)


def _check(text: str) -> str:
    """Of a prime: one wrong letter and two in the wrong order always show."""
    number = 0
    for letter in text:
        number = number << BITS | ALPHABET.index(letter)
    return _letters(number % 1021, CHECK_LENGTH)


def _letters(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(BITS * (length - 1), -1, -BITS))
