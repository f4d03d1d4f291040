"""How far each session is, in a small file beside the journal: a power cut costs a minute of it at most.

`charging.db` is written at each change of state, and for all sockets together at least once a minute. The
journal is the truth: a session that stands here and not there never began, and without this file each is
settled by what its meter says now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa
import structlog

from kiosk.ledger.audit.faults import UNREADABLE, reason_of
from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.ledger.sql import run, run_many
from kiosk.services.charging.machine.session import Session
from kiosk.store.engine import open_journal, preparing

log = structlog.get_logger()

FILE = "charging.db"
EVERY_S = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it was last stored, and when that was."""

    session: Session
    at: Moment


class Progress:
    """The file of one counter. For any thread; each call is one transaction."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._engine = self._make()

    def close(self) -> None:
        self._engine.dispose()

    def read(self) -> list[Kept]:
        """All that is stored; what cannot be read is passed over."""
        with self._writing() as connection:
            rows = run(
                connection, "SELECT boot, monotonic_ms, boot_wall_ms, quality, session FROM progress", ()
            )
        return [kept for row in rows if (kept := _kept(*row)) is not None]

    def keep(self, sessions: Iterable[Session], at: Moment) -> None:
        """Durable when it returns. Raises `JournalUnwritable` if the disk does not take it."""
        moment = (at.boot, at.monotonic_ms, at.boot_wall_ms, int(at.quality))
        rows = [(each.order, *moment, msgspec.msgpack.encode(each)) for each in sessions]
        self._write("INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?, ?, ?)", rows)

    def forget(self, order: str) -> None:
        """The session is in the journal with all that it came to."""
        self._write("DELETE FROM progress WHERE order_id = ?", [(order,)])

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        try:
            with self._writing() as connection:
                run_many(connection, statement, rows)
        except UNREADABLE as error:
            raise JournalUnwritable(reason=f"{FILE}: {reason_of(error)}") from error

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def _make(self) -> sa.Engine:
        """A file that is none any more is begun anew."""
        try:
            return self._prepared()
        except UNREADABLE as error:
            log.error("charging_progress_lost", reason=reason_of(error))
            for path in self._path.parent.glob(f"{FILE}*"):
                path.unlink(missing_ok=True)
            return self._prepared()

    def _prepared(self) -> sa.Engine:
        engine = open_journal(self._path)
        with preparing(engine), engine.connect() as connection, connection.begin():
            run(connection, _TABLE, ())
            run(connection, "SELECT count(session) FROM progress", ())
        return engine


_TABLE = (
    "CREATE TABLE IF NOT EXISTS progress (order_id TEXT PRIMARY KEY, boot INTEGER NOT NULL,"
    " monotonic_ms INTEGER NOT NULL, boot_wall_ms INTEGER NOT NULL, quality INTEGER NOT NULL,"
    " session BLOB NOT NULL) WITHOUT ROWID"
)
_sessions = msgspec.msgpack.Decoder(Session)


def _kept(boot: int, monotonic_ms: int, boot_wall_ms: int, quality: int, session: bytes) -> Kept | None:
    try:
        at = Moment(boot, monotonic_ms, boot_wall_ms, ClockQuality(quality))
        return Kept(_sessions.decode(session), at)
    except (msgspec.MsgspecError, ValueError) as error:
        log.error("charging_progress_unread", reason=str(error))
        return None
