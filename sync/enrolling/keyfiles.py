"""Private keys as files: 32 raw bytes that only their owner may read, there whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path

from kiosk.store.files import write_whole
from sync.wire.signing import SEED_BYTES, SigningKey


def read_key(path: Path) -> SigningKey:
    """Raises `OSError`, or `ValueError` if the file is no key."""
    return SigningKey(path.read_bytes())


def read_or_make_key(path: Path) -> SigningKey:
    """The key in the file; if there is none, a new one, durable before it is returned."""
    if not path.exists():
        write_whole(path, secrets.token_bytes(SEED_BYTES), mode=0o600)
    return read_key(path)


class LiveKey(SigningKey):
    """A private key that another process may replace meanwhile: always the one in the file now.

    Every use may raise `OSError`, or `ValueError` if the file is no key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int], SigningKey] | None = None

    @property
    def now(self) -> SigningKey:
        """The key as it is now, whatever becomes of the file."""
        stat = self._path.stat()
        mark = (stat.st_ino, stat.st_mtime_ns)
        if self._read is None or self._read[0] != mark:
            self._read = mark, read_key(self._path)
        return self._read[1]

    @property
    def public(self) -> bytes:
        return self.now.public

    @property
    def id(self) -> bytes:
        return self.now.id

    @property
    def seed(self) -> bytes:
        return self.now.seed

    def sign(self, context: bytes, payload: bytes) -> bytes:
        return self.now.sign(context, payload)
