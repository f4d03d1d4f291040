"""Many rows at once, as PostgreSQL likes them: COPY for new rows, one statement for rows that may be there.

The ledger writes with plain SQL that any database takes: a statement and a list of rows. Handed to PostgreSQL
as it is, that would be one statement for each row, at several times the cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg.types.string import BytesBinaryDumper

from kiosk.ledger import tables as ledger

psycopg.adapters.register_dumper(bytes, BytesBinaryDumper)  # of two that do the same, the one in C for COPY

_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \((?:%s, )*%s\)( ON CONFLICT .*)?")
_TYPES: dict[type[sa.types.TypeEngine[Any]], str] = {
    sa.SmallInteger: "int2",
    sa.BigInteger: "int8",
    sa.Integer: "int4",
    sa.LargeBinary: "bytea",
    sa.Text: "text",
}


class OneTripCursor(psycopg.Cursor[Any]):
    """Brings many rows for a table of the ledger in one trip.

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
            self.execute(trip.statement, [list(column) for column in zip(*rows, strict=True)])


class _Trip(NamedTuple):
    statement: bytes
    types: list[str]
    copies: bool  # else it takes one array for each column


@cache
def _trip(statement: Any) -> _Trip | None:
    """How to bring the rows of such a statement; None if it is no insert into the ledger."""
    match = _INSERT.fullmatch(statement) if isinstance(statement, str) else None
    if match is None or match[1] not in ledger.metadata.tables:
        return None
    table, names, conflict = match.groups()
    columns = ledger.metadata.tables[table].columns
    types = [_TYPES[type(columns[name].type)] for name in names.split(", ")]
    if conflict is None:
        return _Trip(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)".encode(), types, copies=True)
    arrays = ", ".join(f"%b::{each}[]" for each in types)
    whole = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}){conflict}"  # noqa: S608  (our names)
    return _Trip(whole.encode(), types, copies=False)
