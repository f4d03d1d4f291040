"""Private keys as files: 32 raw bytes that only their owner may read, there whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path

from kiosk.store.files import write_whole
from sync.signing import SEED_BYTES, SigningKey


def read_key(path: Path) -> SigningKey:
    """Raises `OSError`, or `ValueError` if the file is no key."""
    return SigningKey(path.read_bytes())


def read_or_make_key(path: Path) -> SigningKey:
    """The key in the file; if there is none, a new one, durable before it is returned."""
    if not path.exists():
        write_whole(path, secrets.token_bytes(SEED_BYTES), mode=0o600)
    return read_key(path)
