"""What is secret, as the office keeps it.

What people keep in mind or on paper, as Argon2id hashes: slow on purpose, not to be made in a transaction.
Tokens of 256 random bits need no slow hash, for nobody guesses them.
"""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

hasher = PasswordHasher()


def make(secret: str) -> str:
    return hasher.hash(secret)


def holds(kept: str, secret: str) -> bool:
    """Whether the hash is of this secret."""
    try:
        return hasher.verify(kept, secret)
    except (VerificationError, InvalidHashError):
        return False


def is_weak(kept: str) -> bool:
    """Whether it was made when less was enough."""
    return hasher.check_needs_rehash(kept)


def new_token() -> str:
    """For a browser, a link or a program: shown there, and kept here by `of_token` alone."""
    return secrets.token_urlsafe(32)


def of_token(token: str) -> bytes:
    """32 bytes. Whatever somebody sends in its place has one too."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
