"""What people keep secret, as the office keeps it: Argon2id hashes. Slow on purpose: not in a transaction."""

from __future__ import annotations

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
