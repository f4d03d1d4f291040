"""Private keys as files: 32 raw bytes that only their owner may read, there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sync.signing import SEED_BYTES, SigningKey


def read_key(path: Path) -> SigningKey:
    """Raises `OSError`, or `ValueError` if the file is no key."""
    return SigningKey(path.read_bytes())


def read_or_make_key(path: Path) -> SigningKey:
    """The key in the file; if there is none, a new one, durable before it is returned."""
    if not path.exists():
        write_whole(path, secrets.token_bytes(SEED_BYTES), mode=0o600)
    return read_key(path)


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file such that after a power cut there is the old one or the new one, never a part."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
