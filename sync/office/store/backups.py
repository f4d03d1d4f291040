"""One file with all that an office is: its books as of one moment, its keys, and what each of them must be.

A tar archive. First comes `manifest.json` with every other file's size and SHA-256; then the books,
`books.db` (SQLite) or `books.pgdump` (`pg_restore` reads it); then the keys. Photos are in the books. Whoever
has the file can speak for the office: it is its owner's alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import msgspec
import sqlalchemy as sa

from kiosk.common.clock import unix_ms
from kiosk.plain.refusals import Refusal
from sync.office.store.database import REVISION

FORMAT = 1
MANIFEST, SQLITE_BOOKS, POSTGRESQL_BOOKS, KEYS = "manifest.json", "books.db", "books.pgdump", "*.key*"
MOST_IN_MANIFEST = 1 << 20


class BackupSpoilt(Refusal):
    """The file is no whole backup: cut off, changed, or something else."""

    code = "backup_spoilt"
    what: str

    def __str__(self) -> str:
        return f"this is no whole backup: {self.what}; nothing was changed"


class BackupUnfit(Refusal):
    """A whole backup, and not of an office like this one."""

    code = "backup_unfit"
    what: str

    def __str__(self) -> str:
        return f"this backup does not fit here: {self.what}; nothing was changed"


class ToolFailed(Refusal):
    """PostgreSQL's own tool is missing, or said no."""

    code = "tool_failed"
    tool: str
    said: str

    def __str__(self) -> str:
        return f"{self.tool}: {self.said}"


class PackedFile(msgspec.Struct, frozen=True):
    """A file of a backup."""

    name: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is of, and what is in it."""

    format: int = FORMAT
    release: str
    revision: str  # of the schema
    region_id: int
    made_at: str  # ISO, UTC
    parts: tuple[PackedFile, ...]


def copy_books(engine: sa.Engine, folder: Path) -> Path:
    """The books as of now, in a new file within the folder. The office may go on serving."""
    if engine.dialect.name != "sqlite":
        path = folder / POSTGRESQL_BOOKS
        by_tool("pg_dump", engine.url, "--format=custom", "--no-owner", "--schema=public", f"--file={path}")
        return path
    path = folder / SQLITE_BOOKS
    with engine.connect() as connection, closing(sqlite3.connect(path)) as copy:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy, pages=1000)
    return path


def pack(file: BinaryIO, books: Path, data: Path, region_id: int) -> Manifest:
    """Write the books and the keys of the data folder as one backup."""
    paths = [books, *sorted(data.glob(KEYS))]
    manifest = Manifest(
        release=version("neighbourhood-card"),
        revision=REVISION,
        region_id=region_id,
        made_at=datetime.fromtimestamp(unix_ms() // 1000, UTC).isoformat(),
        parts=tuple(PackedFile(each.name, each.stat().st_size, _sha256(each)) for each in paths),
    )
    described = books.with_name(MANIFEST)
    described.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    with tarfile.open(fileobj=file, mode="w|") as archive:
        for each in (described, *paths):
            archive.add(each, each.name)
    file.flush()
    os.fsync(file.fileno())
    return manifest


def unpack(file: BinaryIO, folder: Path) -> Manifest:
    """Into an empty folder, and nothing is believed before it was compared. Raises `BackupSpoilt`."""
    try:
        with tarfile.open(fileobj=file, mode="r|") as archive:
            manifest = _manifest(archive)
            for part in manifest.parts:
                _unpack(archive, part, folder)
            if archive.next() is not None:
                raise BackupSpoilt(what="there is more in it than it says")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupSpoilt(what=str(error) or "it ends too early") from error
    return manifest


def check(manifest: Manifest, folder: Path, engine_name: str, region_id: int) -> Path:
    """The books in the folder, which fit here and can be read. Raises `BackupUnfit` and `BackupSpoilt`."""
    if manifest.region_id != region_id:
        raise BackupUnfit(what=f"region {manifest.region_id}; region_id = {region_id} is set")
    if manifest.revision > REVISION:
        raise BackupUnfit(what=f"release {manifest.release} made it, which is newer")
    books = folder / (SQLITE_BOOKS if engine_name == "sqlite" else POSTGRESQL_BOOKS)
    if not books.exists():
        raise BackupUnfit(what=f"it is of another kind of database than {engine_name}")
    if books.name == SQLITE_BOOKS:
        with closing(sqlite3.connect(books)) as copy:
            if (said := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
                raise BackupSpoilt(what=said)
    return books


def put_back_in_postgresql(url: sa.URL, books: Path) -> None:
    """Into a schema `public` that is there and empty. All of it or nothing."""
    by_tool("pg_restore", url, "--no-owner", "--schema=public", "--single-transaction", str(books))


def by_tool(tool: str, url: sa.URL, *words: str) -> None:
    """Run a tool of PostgreSQL's on a database; the password is on nobody's list of processes."""
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    try:
        done = subprocess.run(
            [tool, f"--dbname={address}", *words],
            env={**os.environ, **secret},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise ToolFailed(tool=tool, said="is not there: sudo apt install postgresql-client") from missing
    if done.returncode:
        raise ToolFailed(tool=tool, said=done.stderr.strip() or f"ended with {done.returncode}")


def _manifest(archive: tarfile.TarFile) -> Manifest:
    entry = archive.next()
    if entry is None or entry.name != MANIFEST or entry.size > MOST_IN_MANIFEST:
        raise BackupSpoilt(what="it does not begin with a manifest")
    told = archive.extractfile(entry)
    assert told is not None
    try:
        return msgspec.json.decode(told.read(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupSpoilt(what=f"its manifest: {error}") from error


def _unpack(archive: tarfile.TarFile, part: PackedFile, folder: Path) -> None:
    entry = archive.next()
    if Path(part.name).name != part.name or part.name == MANIFEST:
        raise BackupSpoilt(what=f"{part.name} is no name of a file")
    if entry is None or entry.name != part.name or not entry.isfile():
        raise BackupSpoilt(what=f"{part.name} is missing")
    content, path = archive.extractfile(entry), folder / part.name
    assert content is not None
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)
    if path.stat().st_size != part.size_bytes or _sha256(path) != part.sha256:
        raise BackupSpoilt(what=f"{part.name} is not what it was")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
