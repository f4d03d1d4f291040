"""Many rows at once: COPY where the database has it, one prepared statement otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import psycopg
import sqlalchemy as sa

from kiosk.ledger.sql import Row
from kiosk.ledger.sql import insert_rows as insert_one_by_one

# What a database says to a row that it cannot hold: a number too large, a character it does not know, a key
# that is taken. The row is at fault, not the connection.
ROW_FAULTS = (sa.exc.DataError, sa.exc.IntegrityError, OverflowError)

_POSTGRESQL_TYPES: dict[type[sa.types.TypeEngine[Any]], str] = {
    sa.SmallInteger: "int2",
    sa.BigInteger: "int8",
    sa.Integer: "int4",
    sa.LargeBinary: "bytea",
    sa.Text: "text",
}


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows given in the order of the table's columns. Errors are SQLAlchemy's."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        insert_one_by_one(connection, table, rows)


def _copy(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    statement, types = _copy_statement(table)
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise sa.exc.DBAPIError.instance(
            statement.decode(), None, error, psycopg.Error, dialect=connection.dialect
        ) from error


@cache
def _copy_statement(table: sa.Table) -> tuple[bytes, list[str]]:
    names = ", ".join(column.name for column in table.columns)
    types = [_POSTGRESQL_TYPES[type(column.type)] for column in table.columns]
    return f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)".encode(), types
