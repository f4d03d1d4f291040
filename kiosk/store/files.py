"""Small files that a power cut must not tear: there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


def read_json(path: Path, kind: type[T]) -> T:
    """Raises `OSError`, or `msgspec.DecodeError` for whatever is no `kind`: people and disks change files."""
    return decode_json(path.read_bytes(), kind)


def decode_json(content: bytes, kind: type[T]) -> T:
    """Raises `msgspec.DecodeError` for whatever is no `kind`."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error


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


def replace_whole(path: Path, content: bytes) -> None:
    """The same, but for power cuts: quick, and nothing waits for the disk."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    sync_file(folder)


def sync_file(path: Path) -> None:
    """Make what was written durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
