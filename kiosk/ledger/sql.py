"""Plain SQL for the hot path: the statements of one tap, handed straight to the database driver.

SQLAlchemy still owns connections, transactions and the names of errors; building, compiling and wrapping
each statement would take longer than running it. Statements are written with `?`, which is SQLite's mark;
PostgreSQL's driver wants `%s`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

Row = tuple[Any, ...]
_LAST_CHARACTER = "\U0010ffff"
_LONE_PERCENT = re.compile("%(?![sbt])")


def run(connection: sa.Connection, statement: str, values: Row) -> list[Row]:
    """Execute once; returns the rows of a query, none otherwise. Errors are SQLAlchemy's."""
    return _execute(connection, statement, values, many=False)


def run_many(connection: sa.Connection, statement: str, rows: Sequence[Row]) -> None:
    """Execute once for each row of values."""
    _execute(connection, statement, rows, many=True)


def beginning_with(prefix: str) -> tuple[str, str]:
    """The least text that begins so, and what is above all that do: for `>= ? AND ... < ?`, by an index."""
    return prefix, prefix + _LAST_CHARACTER


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows given in the order of the table's columns."""
    run_many(connection, _insert(table), rows)


def _execute(
    connection: sa.Connection, statement: str, values: Row | Sequence[Row], *, many: bool
) -> list[Row]:
    dialect = connection.dialect
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(_for_driver(statement, dialect.paramstyle), values)
        return list(cursor.fetchall()) if cursor.description else []
    except dialect.loaded_dbapi.Error as error:
        raise sa.exc.DBAPIError.instance(
            statement, None, error, dialect.loaded_dbapi.Error, dialect=dialect
        ) from error
    finally:
        cursor.close()


@cache
def _for_driver(statement: str, paramstyle: str) -> str:
    """`LIKE 'own/%'` reaches psycopg as it is meant; its own `%b`, for arrays, stays."""
    if paramstyle == "qmark":
        return statement
    return _LONE_PERCENT.sub("%%", statement).replace("?", "%s")


@cache
def _insert(table: sa.Table) -> str:
    names = ", ".join(column.name for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608
