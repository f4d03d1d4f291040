"""A disk that forgets: what was written and not synced is lost, torn or kept when the power goes, by chance.

Files live in a folder, so that SQLite's locks and shared memory are the real ones; beside them is kept what
would be on the platter. Of every change since a file's last sync, 40 % are lost, 20 % of the writes end at
a sector's boundary, and what remains may have arrived in any company: a later write without an earlier one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import apsw

SECTOR_BYTES = 512
LOST, TORN = 0.4, 0.2
_numbers = count(1)


class PowerCut(Exception):
    """The power is gone: nothing that runs now will ever be told of."""


@dataclass(slots=True)
class File:
    """What is safe of a file, and the changes since: `(offset, data)`, or `(size, None)` for a truncation."""

    safe: bytes | None = None  # None: not even its name is
    changes: list[tuple[int, bytes | None]] = field(default_factory=list)


@dataclass
class Faults:
    """What is to go wrong next. `cut_after`: so many more changes and syncs, then the power is gone."""

    cut_after: int = -1
    sync: Exception | None = None
    write: Exception | None = None


class Disk(apsw.VFS):
    """A folder behind a file system of SQLite's own kind; `name` is what connections ask for."""

    def __init__(self, folder: Path, chance: random.Random, content: dict[str, bytes]) -> None:
        self.name = f"forgetful-{next(_numbers)}"
        super().__init__(self.name, base="")
        self.folder, self.chance, self.faults = folder, chance, Faults()
        self.files = {name: File(safe) for name, safe in content.items()}
        self.dead = False
        folder.mkdir(parents=True)
        for name, safe in content.items():
            (folder / name).write_bytes(safe)

    def survivors(self) -> dict[str, bytes]:
        """The files as the next boot finds them."""
        found = {name: self._survivor(file) for name, file in sorted(self.files.items())}
        return {name: content for name, content in found.items() if content is not None}

    def step(self) -> None:
        """One more change is asked of the disk. Raises `PowerCut` when it is one too many."""
        if self.faults.cut_after == 0:
            self.dead = True
        self.faults.cut_after -= 1
        self.still_powered()

    def still_powered(self) -> None:
        if self.dead:
            raise PowerCut

    def _survivor(self, file: File) -> bytes | None:
        if file.safe is None and self.chance.random() < LOST:
            return None
        content = bytearray(file.safe or b"")
        for place, data in file.changes:
            fate = self.chance.random()
            if fate < LOST:
                continue
            if data is None:
                _resize(content, place)
            else:
                torn = fate < LOST + TORN
                _write(content, place, self._torn(place, data) if torn else data)
        return bytes(content)

    def _torn(self, offset: int, data: bytes) -> bytes:
        end = offset + self.chance.randrange(len(data))
        return data[: max(0, end - end % SECTOR_BYTES - offset)]

    # What SQLite calls.

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return OpenFile(self, name, flags)

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802
        self.step()
        super().xDelete(name, sync_folder)
        gone = self.files.pop(Path(name).name)
        if not sync_folder and gone.safe is not None and self.chance.random() < LOST:
            self.files[Path(name).name] = File(gone.safe)  # its name was still on the platter


class OpenFile(apsw.VFSFile):
    """A file as SQLite has it open: it reads what was written, safe or not."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._file = disk.files.setdefault(Path(path).name, File())

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.still_powered()
        if self._disk.faults.write is not None:
            raise self._disk.faults.write
        self._file.changes.append((offset, bytes(data)))
        self._disk.step()
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.still_powered()
        self._file.changes.append((size, None))
        self._disk.step()
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.still_powered()
        if self._disk.faults.sync is not None:
            self._file.changes.clear()  # as Linux does: told once, then it holds the pages for written
            raise self._disk.faults.sync
        content = bytearray(self._file.safe or b"")
        for place, data in self._file.changes:
            if data is None:
                _resize(content, place)
            else:
                _write(content, place, data)
        self._file.safe = bytes(content)
        self._file.changes.clear()
        self._disk.step()  # a cut here: it is safe, and nobody was told; a cut before it is one at a write

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._disk.still_powered()
        return super().xRead(amount, offset)


def _write(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        _resize(content, offset)
    content[offset : offset + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    content[size:] = bytes(max(0, size - len(content)))
