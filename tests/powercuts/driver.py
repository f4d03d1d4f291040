"""The surface of Python's `sqlite3` that the journal stands on, over a library that lets in its own disk.

Only so that the real journal, engine and queries run unchanged on a `Disk`. Errors are `sqlite3`'s own, by
the same result codes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any
from unittest import mock

import apsw
import sqlalchemy as sa

from kiosk.store import engine
from tests.powercuts.disk import Disk, PowerCut

_KINDS: dict[int, type[sqlite3.Error]] = {
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_CORRUPT: sqlite3.DatabaseError,
    apsw.SQLITE_NOTADB: sqlite3.DatabaseError,
    apsw.SQLITE_TOOBIG: sqlite3.DataError,
    apsw.SQLITE_MISUSE: sqlite3.InterfaceError,
}


@contextmanager
def opened_on(disk: Disk) -> Iterator[None]:
    """Within the block, engines of `kiosk.store` open their files on this disk."""
    create, driver = sa.create_engine, _Driver(disk)

    def on_disk(url: str, **options: Any) -> sa.Engine:
        return create(url, module=driver, **options)

    with mock.patch.object(engine.sa, "create_engine", on_disk):
        yield


class _Driver:
    """What SQLAlchemy takes for the module `sqlite3`."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.sqlite_version = apsw.sqlite_lib_version()
        self.sqlite_version_info = tuple(map(int, self.sqlite_version.split(".")))

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)

    def connect(self, path: str, **options: Any) -> _Connection:
        with _errors_of_sqlite3():
            flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
            return _Connection(apsw.Connection(path, flags=flags, vfs=self._disk.name))


class _Connection:
    isolation_level: str | None = ""  # set by the journal's engine to None: no transaction but its own

    def __init__(self, real: apsw.Connection) -> None:
        self._real = real

    def cursor(self) -> _Cursor:
        return _Cursor(self._real)

    def execute(self, statement: str) -> _Cursor:
        return self.cursor().execute(statement)

    def create_function(self, name: str, arguments: int, function: Any, **options: Any) -> None:
        self._real.create_scalar_function(name, function, arguments, **options)

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def close(self) -> None:
        # The file is let go of, though nothing is written, as one that only reads may not.
        with _errors_of_sqlite3(), suppress(PowerCut, apsw.IOError):
            self._real.close()

    def _end(self, statement: str) -> None:
        if self._real.in_transaction:
            self.execute(statement)


class _Cursor:
    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection, self._real = connection, connection.cursor()
        self._columns = columns = list[Any]()  # not `self`: a circle would keep a half-read statement open

        def note_columns(real: apsw.Cursor, _statement: str, _values: Any) -> bool:
            columns[:] = [(name, *[None] * 6) for name, _type in real.get_description()]
            return True

        self._real.exec_trace = note_columns

    @property
    def description(self) -> list[Any] | None:
        return self._columns or None

    @property
    def lastrowid(self) -> int:
        return self._connection.last_insert_rowid()

    @property
    def rowcount(self) -> int:
        return self._connection.changes()

    def execute(self, statement: str, values: Sequence[Any] = ()) -> _Cursor:
        with _errors_of_sqlite3():
            self._real.execute(statement, values)
        return self

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> _Cursor:
        with _errors_of_sqlite3():
            self._real.executemany(statement, rows)
        return self

    def fetchone(self) -> Any:
        with _errors_of_sqlite3():
            return self._real.fetchone()

    def fetchmany(self, size: int) -> list[Any]:
        with _errors_of_sqlite3():
            return list(islice(self._real, size))

    def fetchall(self) -> list[Any]:
        with _errors_of_sqlite3():
            return list(self._real.fetchall())

    def close(self) -> None:
        self._real.close(True)


@contextmanager
def _errors_of_sqlite3() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        kind = _KINDS.get(error.result & 0xFF, sqlite3.OperationalError)
        told = kind(str(error))
        told.sqlite_errorcode = error.extendedresult  # as Python's own driver says it
        raise told from error
