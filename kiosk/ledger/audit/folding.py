"""Derived tables made again from the records, to be held against those that are there or to take their place.

The records are the truth, every other table is their fold. A fold is taken some records at a time, into
temporary tables of the same names: they hide the real ones from the very projections that wrote these, so
that nothing has to be said twice, and a journal of any length is proved in little memory.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from types import TracebackType

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from kiosk.ledger import tables
from kiosk.ledger.audit.keeping import keep
from kiosk.ledger.journal import request_of
from kiosk.ledger.posting import JournalKey, Link, Projections
from kiosk.ledger.sql import Row, insert_rows, run, run_many

# Where a row's seq can lie: SQLite sorts texts after numbers, and bytes after texts.
BEFORE_ALL, AFTER_ALL = -(2**63), b"\xff" * 8
Place = int | bytes
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Derived:
    """What is derived from records, and by what.

    `by_seq`: tables whose rows belong to one record of one journal each, but for postings. `kept`: tables of
    the whole file that must have the rows which the records name, `requests` among them.
    """

    by_seq: tuple[sa.Table, ...]
    kept: tuple[sa.Table, ...]
    projections: Projections

    @property
    def of_records(self) -> tuple[sa.Table, ...]:
        return (tables.postings, *self.by_seq)

    @property
    def all(self) -> tuple[sa.Table, ...]:
        return (*self.of_records, tables.balances, *self.kept)


class Fold:
    """Temporary tables beside the real ones, on one connection; gone at the end of the block.

    Within the block, and within the database transaction that it must lie in, whatever that connection says
    of a derived table by its bare name means the temporary one.
    """

    def __init__(self, connection: sa.Connection, derived: Derived) -> None:
        self._connection, self._derived = connection, derived
        self.repeats = 0  # records that carry a request which another one among those taken carries

    def __enter__(self) -> Fold:
        for table in self._derived.all:
            run(self._connection, _create(table), ())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:  # or else the transaction takes them away as it ends
            for table in self._derived.all:
                run(self._connection, f"DROP TABLE temp.{table.name}", ())

    def take(self, key: JournalKey, links: Sequence[Link]) -> None:
        """Fold some records, in the order of their seq."""
        keep(self._connection, key, links, self._derived.projections, _insert)
        note_requests(self._connection, key, links)
        asked = [each for link in links if (each := request_of(link.raw))]
        self.repeats += len(asked) - len(set(asked))

    def drop_window(self) -> None:
        """Forget the rows of the records taken so far, but not their sums."""
        for table in (*self._derived.of_records, *self._derived.kept):
            run(self._connection, f"DELETE FROM temp.{table.name}", ())  # noqa: S608

    def wrong_in_window(self, key: JournalKey, after: int, up_to: Place) -> dict[str, tuple[int, int]]:
        """How many rows are wrong, missing or of no record there, and the first's seq, by table.

        Of the rows with `after` < seq <= `up_to`.
        """
        place = (key.region_id, key.journal_id, after, up_to)
        found = {each.name: self._rows(_differing(each, _WINDOW), place) for each in self._derived.of_records}
        found |= {each.name: (self._count(_lacking(each), ()), after + 1) for each in self._derived.kept}
        return {name: rows for name, rows in found.items() if rows[0]}

    def wrong_balances(self, key: JournalKey) -> int:
        """The same of all balances of the journal, once it was taken from its beginning."""
        return self._count(_differing(tables.balances, _JOURNAL, "0"), (key.region_id, key.journal_id))

    def fill(self, empty: Collection[sa.Table]) -> None:
        """Put the rows of the records taken into tables that have none of them."""
        for table in empty:
            run(self._connection, _copy("INSERT", table), ())

    def replace_window(self, key: JournalKey, after: int, up_to: Place) -> None:
        """Put the rows of the records taken in the place of those that are there."""
        place = (key.region_id, key.journal_id, after, up_to)
        for table in self._derived.of_records:
            run(self._connection, f"DELETE FROM main.{table.name} WHERE {_WINDOW}", place)  # noqa: S608
            run(self._connection, _copy("INSERT", table), ())
        for table in self._derived.kept:
            run(self._connection, _copy("INSERT OR REPLACE", table), ())

    def _rows(self, statement: str, values: Row) -> tuple[int, int]:
        rows, first = run(self._connection, statement, values)[0]
        return rows, first or 0

    def _count(self, statement: str, values: Row) -> int:
        return int(run(self._connection, statement, values)[0][0])


_JOURNAL = "region_id = ?1 AND journal_id = ?2"
_WINDOW = f"{_JOURNAL} AND seq > ?3 AND seq <= ?4"


def note_requests(connection: sa.Connection, key: JournalKey, links: Sequence[Link]) -> None:
    """Note which records were asked for with an id; the first keeps it."""
    rows = [(asked, key.journal_id, link.seq) for link in links if (asked := request_of(link.raw))]
    run_many(
        connection, "INSERT OR IGNORE INTO requests (request_id, journal_id, seq) VALUES (?, ?, ?)", rows
    )


def stray_requests(connection: sa.Connection, key: JournalKey) -> list[bytes]:
    """Requests that the table has and the records do not; records of before 0.4.0 name none."""
    found: list[bytes] = []
    place = (key.region_id, key.journal_id)
    rows: list[Row] = [(b"", None)]
    while rows := run(connection, _ASKED, (*place, rows[-1][0], ROWS_AT_ONCE)):
        found += [asked for asked, raw in rows if raw is None or request_of(raw).encode() not in (b"", asked)]
    return found


def _is_named(raw: bytes | None, asked: bytes) -> bool:
    return raw is not None and request_of(raw).encode() in (b"", asked)


def remove_requests(connection: sa.Connection, strays: Sequence[bytes]) -> None:
    for each in strays:
        run(connection, "DELETE FROM requests WHERE request_id = CAST(? AS TEXT)", (each,))


_NOTE = "INSERT OR IGNORE INTO requests (request_id, journal_id, seq) VALUES (?, ?, ?)"
_ASKED = (
    "SELECT CAST(request_id AS BLOB), raw FROM main.requests AS asked LEFT JOIN main.records AS records"
    " ON region_id = ?1 AND records.journal_id = asked.journal_id AND records.seq = asked.seq"
    " WHERE asked.journal_id = ?2 AND request_id > CAST(?3 AS TEXT) ORDER BY request_id LIMIT ?4"
)


def rebuild_balances(connection: sa.Connection, key: JournalKey) -> None:
    """Sum up a journal's postings, which are right, in the place of its balances."""
    place = (key.region_id, key.journal_id)
    run(connection, f"DELETE FROM main.balances WHERE {_JOURNAL}", place)  # noqa: S608
    run(connection, _SUM, place)


_SUM = f"""INSERT INTO main.balances (region_id, journal_id, account, unit, credits, debits)
    SELECT region_id, journal_id, account, unit, sum(max(quantity, 0)), sum(max(-quantity, 0))
    FROM main.postings WHERE {_JOURNAL} GROUP BY account, unit"""  # noqa: S608


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    if table is not tables.records:  # these are there, and are not made again
        insert_rows(connection, table, rows)


def _columns(table: sa.Table) -> str:
    return ", ".join(column.name for column in table.columns)


@cache
def _create(table: sa.Table) -> str:
    temporary = table.to_metadata(sa.MetaData(), schema="temp")
    return str(sa.schema.CreateTable(temporary).compile(dialect=sqlite.dialect()))


@cache
def _differing(table: sa.Table, where: str, seq: str = "seq") -> str:
    there = f"SELECT {_columns(table)} FROM main.{table.name} WHERE {where}"  # noqa: S608
    made = f"SELECT {_columns(table)} FROM temp.{table.name}"  # noqa: S608
    differing = f"SELECT * FROM ({there} EXCEPT {made}) UNION ALL SELECT * FROM ({made} EXCEPT {there})"  # noqa: S608
    return f"SELECT count(*), min(CAST({seq} AS INTEGER)) FROM ({differing})"  # noqa: S608


@cache
def _lacking(table: sa.Table) -> str:
    columns = _columns(table)
    return (
        f"SELECT count(*) FROM (SELECT {columns} FROM temp.{table.name}"  # noqa: S608
        f" EXCEPT SELECT {columns} FROM main.{table.name})"
    )


@cache
def _copy(how: str, table: sa.Table) -> str:
    columns = _columns(table)
    return f"{how} INTO main.{table.name} ({columns}) SELECT {columns} FROM temp.{table.name}"  # noqa: S608
