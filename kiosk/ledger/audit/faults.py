"""What an error of SQLite says of the journal: the disk does not take it, or the file is damaged.

They must not be mixed up. A full disk is told so, and helped by making room; a damaged file is put in order,
or a new journal is begun. A file whose header is wrong can make SQLite say that the disk is full, or that it
may not write: the header itself is asked then.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import unquote

import sqlalchemy as sa

from kiosk.ledger.errors import JournalDamaged, JournalUnwritable

HEADER_BYTES = 100
WAL_FORMAT = 2  # of the header's read and write versions the largest that there is
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOMEM}

# How a file that cannot be read announces itself. A message that is no UTF-8 itself fails as it is made.
UNREADABLE = (sa.exc.DatabaseError, UnicodeDecodeError)


def fault_of(
    error: sa.exc.DatabaseError | UnicodeDecodeError, file: Path
) -> JournalDamaged | JournalUnwritable:
    """The refusal that tells the truth about an error on the database `file`."""
    reason = reason_of(error)
    return JournalUnwritable(reason=reason) if _is_the_disk(error, file) else JournalDamaged(reason=reason)


def reason_of(error: Exception) -> str:
    """In the driver's words, without the statement and its values."""
    return str(getattr(error, "orig", error))


def file_of(engine: sa.Engine) -> Path:
    """The file of an engine that `kiosk.store.engine` made."""
    return Path(unquote((engine.url.database or "").removeprefix("file:").partition("?")[0]))


def _is_the_disk(error: Exception, file: Path) -> bool:
    extended: int | None = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    if extended is None:  # the driver's own, such as a text that is no UTF-8
        return False
    code = extended & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _can_be_as_written(file)
    if code == sqlite3.SQLITE_IOERR:
        return extended != sqlite3.SQLITE_IOERR_SHORT_READ
    return bool(code in _BUSY)


def _can_be_as_written(file: Path) -> bool:
    """Whether the file's header does not forbid writing, nor speak of pages that are nowhere."""
    log = file.with_name(file.name + "-wal")
    if log.exists() and not log.is_file():
        return False
    try:
        with file.open("rb") as opened:
            header = opened.read(HEADER_BYTES)
        here = file.stat().st_size + (log.stat().st_size if log.exists() else 0)
    except OSError:
        return True
    if len(header) < HEADER_BYTES:
        return True
    page_bytes = int.from_bytes(header[16:18], "big") or 1
    told = int.from_bytes(header[28:32], "big") * (page_bytes if page_bytes > 1 else 65536)
    return max(header[18:20]) <= WAL_FORMAT and told <= here
