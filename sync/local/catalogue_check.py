"""Whether `catalogue.db` is in order. All of it can be fetched again: what went wrong is thrown away."""

from __future__ import annotations

from pathlib import Path

import msgspec
import sqlalchemy as sa
import structlog

from kiosk.catalogue.items import KINDS
from kiosk.ledger.audit.faults import UNREADABLE, fault_of, reason_of
from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.sql import run
from kiosk.store.engine import reading
from kiosk.store.files import holds_something
from sync.local.cursor import FILE

AT_ONCE = 1000
_NEXT = "SELECT kind, key, value FROM items WHERE (kind, key) > (?, ?) ORDER BY kind, key LIMIT ?"

_ANY: msgspec.msgpack.Decoder[object] = msgspec.msgpack.Decoder()

log = structlog.get_logger()


def throw_away_if_damaged(folder: Path) -> bool:
    """Whether there was a damaged catalogue. To be called while nobody of this process has it open."""
    path = folder / FILE
    found = what_is_wrong(path)
    if found:
        log.error("catalogue_thrown_away", reason=found)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    return bool(found)


def what_is_wrong(path: Path) -> str:
    """Empty if it is in order, or not there, or the disk does not let it be read."""
    if not holds_something(path):
        return ""
    try:
        with reading(path) as connection:
            pages = str(run(connection, "PRAGMA integrity_check(1)", ())[0][0])
            return pages if pages != "ok" else _bad_item(connection)
    except UNREADABLE as error:
        return "" if isinstance(fault_of(error, path), JournalUnwritable) else reason_of(error)


def _bad_item(connection: sa.Connection) -> str:
    if not run(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'items'", ()):
        return ""
    place = ("", "")
    while rows := run(connection, _NEXT, (*place, AT_ONCE)):
        for kind, key, value in rows:
            if not _can_be_read(kind, value):
                return f"{kind} {key} cannot be read"
        place = rows[-1][:2]
    return ""


def _can_be_read(kind: str, value: bytes) -> bool:
    """What services bring, or a newer office, is at least whole; what it says is theirs to read."""
    decoder = KINDS[kind].decoder if kind in KINDS else _ANY
    try:
        decoder.decode(value)
    except (msgspec.MsgspecError, ValueError, TypeError):
        return False
    return True
