"""The sync process's view of `journal.db`: read-only, and never of a file that is no longer the one there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiosk.ledger.records import genesis_hash
from kiosk.ledger.sql import run
from kiosk.store.engine import open_readonly
from kiosk.store.files import holds_something

FILE = "journal.db"


class JournalFile:
    """What all journals in the file say. For any thread.

    When the kiosk has put a damaged file aside, or somebody has put an older one in its place, the next
    question goes to the file that is there now.
    """

    def __init__(self, folder: Path, region_id: int) -> None:
        self._path = folder / FILE
        self._region_id = region_id
        self._engine = open_readonly(self._path)
        self._inode = self._current_inode()

    def close(self) -> None:
        self._engine.dispose()

    def journals(self) -> list[bytes]:
        """Their ids."""
        found: list[bytes] = []
        if not holds_something(self._path):
            return found
        while rows := self._query(_NEXT_JOURNAL, found[-1] if found else b""):
            found.append(rows[0][0])
        return found

    def head_seq(self, journal_id: bytes) -> int:
        return int(self._query(_HEAD, journal_id)[0][0] or 0)

    def hash(self, journal_id: bytes, seq: int) -> bytes | None:
        """The hash after a record; None if the file has no such record."""
        if seq == 0:
            return genesis_hash(journal_id)
        rows = self._query(_HASH, journal_id, seq)
        return bytes(rows[0][0]) if rows else None

    def after(self, journal_id: bytes, seq: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """The next records, as (seq, raw, hash)."""
        return self._query(_AFTER, journal_id, seq, limit)

    def _query(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        inode = self._current_inode()
        if inode != self._inode:
            self._engine.dispose()
            self._inode = inode
        with self._engine.connect() as connection, connection.begin():
            return run(connection, statement, (self._region_id, *values))

    def _current_inode(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


_MINE = "FROM records WHERE region_id = ? AND journal_id"
_AFTER = f"SELECT seq, raw, hash {_MINE} = ? AND seq > ? ORDER BY seq LIMIT ?"
_HASH = f"SELECT hash {_MINE} = ? AND seq = ?"
_HEAD = f"SELECT max(seq) {_MINE} = ?"
_NEXT_JOURNAL = f"SELECT journal_id {_MINE} > ? ORDER BY journal_id LIMIT 1"
