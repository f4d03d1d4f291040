"""Many rows at once, as PostgreSQL likes them: COPY for new rows, one statement for rows that may be there.

The books are written with plain SQL that any database takes: a statement and a list of rows. Handed to
PostgreSQL as it is, that would be one statement for each row, at several times the cost. And a question about
many is asked with one parameter, for a statement that is longer each time is parsed and planned each time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg.types.string import BytesBinaryDumper

from kiosk.ledger import tables as ledger
from sync.office.store import tables
from sync.office.store.arrays import array

psycopg.adapters.register_dumper(bytes, BytesBinaryDumper)  # of two that do the same, the one in C for COPY

_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \((?:%s, )*%s\)( ON CONFLICT .*)?")
_TYPES: dict[type[sa.types.TypeEngine[Any]], str] = {
    sa.SmallInteger: "int2",
    sa.BigInteger: "int8",
    sa.Boolean: "bool",
    sa.Integer: "int4",
    sa.LargeBinary: "bytea",
    sa.Text: "text",
}


def among(connection: sa.Connection, values: Collection[str] | Collection[int]) -> tuple[str, Any]:
    """The condition that a column is one of these, and its one parameter."""
    if connection.dialect.name == "postgresql":
        kind = "text" if isinstance(next(iter(values), ""), str) else "int8"
        return f"= ANY(%b::{kind}[])", array(kind, values)
    return "IN (SELECT value FROM json_each(?))", json.dumps(list(values))


def rows_of(
    connection: sa.Connection, columns: Mapping[str, type], rows: Collection[tuple[Any, ...]]
) -> tuple[str, tuple[Any, ...]]:
    """Some rows as a table to select from, called `wanted`, and its parameters. No number beyond `int8`."""
    if connection.dialect.name == "postgresql":
        kinds = ["int8" if kind is int else "text" for kind in columns.values()]
        asked = ", ".join(f"%b::{kind}[]" for kind in kinds)
        values = zip(*rows, strict=True) if rows else [()] * len(columns)
        return f"unnest({asked}) AS wanted ({', '.join(columns)})", tuple(map(array, kinds, values))
    named = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(columns))
    return f"(SELECT {named} FROM json_each(?)) AS wanted", (json.dumps(list(rows)),)  # noqa: S608  (our names)


def count_anew(connection: sa.Connection, *changed: sa.Table) -> None:
    """Once many rows came: PostgreSQL plans by what it counted last, and counts by itself a minute later.

    Until then it took a search among five thousand people that were just imported for one among none, and
    half a minute.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(each.name for each in changed)}")


class OneTripCursor(psycopg.Cursor[Any]):
    """Brings many rows for a table of ours in one trip.

    The ledger names each key once in a call, which is what PostgreSQL wants of ON CONFLICT.
    """

    def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        trip = None if returning else _trip(query)
        if trip is None:
            super().executemany(query, params_seq, returning=returning)
        elif trip.copies:
            with self.copy(trip.statement) as copy:
                copy.set_types(trip.types)
                for row in params_seq:
                    copy.write_row(row)
        elif rows := list(params_seq):
            self.execute(trip.statement, list(map(array, trip.types, zip(*rows, strict=True))))


class _Trip(NamedTuple):
    statement: bytes
    types: list[str]
    copies: bool  # else it takes one array for each column


@cache
def _trip(statement: Any) -> _Trip | None:
    """How to bring the rows of such a statement; None if it is no insert that is known here."""
    match = _INSERT.fullmatch(statement) if isinstance(statement, str) else None
    if match is None:
        return None
    table, names, conflict = match.groups()
    known = ledger.metadata.tables if conflict else {**tables.metadata.tables, **ledger.metadata.tables}
    if table not in known:
        return None
    types = [_TYPES[type(known[table].columns[name].type)] for name in names.split(", ")]
    if conflict is None:
        return _Trip(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)".encode(), types, copies=True)
    arrays = ", ".join(f"%b::{each}[]" for each in types)
    whole = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}){conflict}"  # noqa: S608  (our names)
    return _Trip(whole.encode(), types, copies=False)
