"""Small files that a power cut must not tear: there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

log = structlog.get_logger()
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


def holds_something(path: Path) -> bool:
    """Whether there is a file yet: the installation lays down empty files, for their owner and mode."""
    return path.exists() and path.stat().st_size > 0


def write_proved(path: Path, content: bytes) -> None:
    """Write a file, and first a copy beside it that proves itself, and decides where the two differ."""
    digest = hashlib.sha256(content).hexdigest().encode()
    write_whole(_copy_of(path), digest + b"\n" + content)
    write_whole(path, content)


def read_proved(path: Path, kind: type[T]) -> T:
    """What was written with `write_proved`; a file that went wrong is put right. Raises like `read_json`."""
    content, copy = path.read_bytes(), _read_copy(path)
    if copy is not None and copy != content:
        log.error("file_put_right", path=str(path))
        with suppress(OSError):
            write_whole(path, copy)
        content = copy
    return decode_json(content, kind)


def read_or_make_secret(path: Path, size: int) -> bytes:
    """A secret of this machine's own; made where there is none of this size. Raises `OSError`."""
    with suppress(FileNotFoundError):
        found = path.read_bytes()
        if len(found) == size:
            return found
        log.error("secret_made_anew", path=str(path))
    made = secrets.token_bytes(size)
    write_whole(path, made, mode=0o600)
    return made


def _copy_of(path: Path) -> Path:
    return path.with_name(path.name + ".copy")


def _read_copy(path: Path) -> bytes | None:
    try:
        digest, _, content = _copy_of(path).read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == digest else None


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
