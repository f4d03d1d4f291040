"""SQL that one test had compiled is there for the next.

In use an engine lives as long as its process, and compiles each statement once. Those of tests live for a
moment: compiling anew for each of them took a fifth of all tests that have a database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Any, Any] = LRUCache(4000)
_make = Engine.__init__


def compiled_once() -> None:
    """Engines that this process makes from now on share what they compile, each kind of database its own."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        # What is compiled is kept by dialect, of which each engine has one like all others.
        dialect.__eq__, dialect.__hash__ = _of_one_kind, _kinds_hash  # type: ignore[method-assign]
    Engine.__init__ = _init  # type: ignore[method-assign]


def _init(engine: Engine, *args: Any, **options: Any) -> None:
    _make(engine, *args, **options)
    engine._compiled_cache = _COMPILED


def _of_one_kind(one: object, other: object) -> bool:
    return type(one) is type(other)


def _kinds_hash(dialect: object) -> int:
    return hash(type(dialect))
