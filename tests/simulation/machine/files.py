"""Folders as a power cut leaves them: what was written durably, and nothing else."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path


def copy_folder(source: Path, target: Path, *, lose_wal_of: tuple[str, ...] = ()) -> None:
    """An image of a folder at this moment. Files of processes that share memory are not on the disk.

    `lose_wal_of`: databases whose last commits were never synced; the power cut takes them.
    """
    shutil.rmtree(target, ignore_errors=True)
    lost = {f"{name}-wal" for name in lose_wal_of}
    target.mkdir(parents=True)
    for path in sorted(source.iterdir()):
        if path.is_file() and not path.name.endswith("-shm") and path.name not in lost:
            shutil.copyfile(path, target / path.name)
            (target / path.name).chmod(path.stat().st_mode)


def replace_folder(target: Path, image: Path) -> None:
    """Put an image in place of a folder that no process has open."""
    copy_folder(image, target)


def query(path: Path, statement: str, *values: object) -> list[tuple]:
    """Ask a database file without any code of the project."""
    if not path.exists() or not path.stat().st_size:
        return []
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def is_synced(connection: sqlite3.Connection) -> bool:
    """Whether a commit on this connection outlives a power cut: `synchronous` FULL or more."""
    return connection.execute("PRAGMA synchronous").fetchone()[0] >= 2
