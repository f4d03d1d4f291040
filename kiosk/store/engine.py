"""SQLite the way a counter needs it: durable at every commit, and checked rather than hoped.

`journal.db` is opened in WAL mode with `synchronous=FULL`: a commit has reached the disk when it returns.
`catalogue.db` is opened read-only by the kiosk, for another process writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.sql import run

BUSY_TIMEOUT_MS = 2000


class Pool(sa.QueuePool):
    """Once it was disposed of, it closes what another thread was still at work with when that comes back."""

    _disposed = False

    def dispose(self) -> None:
        self._disposed = True
        super().dispose()

    def _do_return_conn(self, record: sa.pool.ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        if self._disposed:
            super().dispose()


def open_journal(path: Path) -> sa.Engine:
    """An engine on the kiosk's own file. Raises `JournalUnwritable` if it is not durable as asked."""
    engine = _engine(f"file:{quote(str(path))}?mode=rwc")

    @sa.event.listens_for(engine, "connect")
    def durable(connection: Any, _record: object) -> None:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous=FULL")
        level = connection.execute("PRAGMA synchronous").fetchone()[0]
        if (mode, level) != ("wal", 2):
            raise JournalUnwritable(reason=f"journal_mode is {mode}, synchronous is {level}")

    return engine


def open_scratch(path: Path) -> sa.Engine:
    """An engine on a file that is worth nothing before it is whole: nothing of it is durable."""
    engine = _engine(f"file:{quote(str(path))}?mode=rwc")

    @sa.event.listens_for(engine, "connect")
    def careless(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("PRAGMA synchronous=OFF")

    return engine


def open_readonly(path: Path) -> sa.Engine:
    """An engine that cannot write, on a file that another process owns."""
    return _engine(f"file:{quote(str(path))}?mode=ro")


@contextmanager
def disposing(engine: sa.Engine) -> Iterator[sa.Engine]:
    """The engine for one block: however that ends, none of its connections stays open."""
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def preparing(engine: sa.Engine) -> Iterator[sa.Engine]:
    """The engine for a block that makes it ready for others: it stays open unless that fails."""
    try:
        yield engine
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def reading(path: Path) -> Iterator[sa.Connection]:
    """One transaction that only reads, on a file that is open for this block alone."""
    with disposing(open_readonly(path)) as engine, engine.connect() as connection, connection.begin():
        yield connection


def _engine(uri: str) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{uri}&uri=true", poolclass=Pool, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}
    )

    @sa.event.listens_for(engine, "connect")
    def by_hand(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the `begin` below decides, not the driver's guess
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        run(connection, "BEGIN" if "mode=ro" in uri else "BEGIN IMMEDIATE", ())

    return engine
