"""One database for the books: SQLite for a small office or a demo, PostgreSQL for a region.

What differs between the two stands here and in `bulk`, nowhere else. Both keep a writer alone with the rows
it changes: PostgreSQL by row locks, SQLite by admitting one writer at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from kiosk.ledger import tables as ledger
from kiosk.store.engine import Pool, disposing, preparing
from kiosk.store.schema import migrate
from sync.office.store import tables
from sync.office.store.region_map import OPTIONS

METADATA = [ledger.metadata, tables.metadata]
MIGRATIONS = Path(__file__).parent / "migrations"
REVISION = "0042"
WAIT_FOR_WRITER_S = 5.0
_READING = "reading"

T = TypeVar("T", bound=tuple[Any, ...])


def open_database(
    url: str, connections: int = 40, prepared: Callable[[sa.Engine], None] = lambda engine: None
) -> sa.Engine:
    """An engine on `sqlite:///PATH` or `postgresql://USER@HOST/NAME`, with the newest schema.

    `prepared` may change where its connections lead before the first is made. Raises
    `kiosk.store.schema.UnknownSchema` if a newer program wrote the database.
    """
    with preparing(create_engine(url, connections)) as engine:
        prepared(engine)
        migrate(engine, MIGRATIONS, REVISION)
    return engine


def add_tables(engine: sa.Engine, tables: Sequence[sa.Table]) -> None:
    """Those of services that are listed anew. What is there is changed by a migration alone."""
    with writing(engine) as connection:
        migrating_alone(connection)
        there = sa.inspect(connection).get_table_names()
        for table in tables:
            if table.name not in there:
                table.create(connection)


def create_engine(url: str, connections: int = 40) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        poolclass=Pool,
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,  # the last one used has its statements prepared, and what they need in memory
        connect_args=OPTIONS,
    )


def _sqlite(url: sa.URL) -> sa.Engine:
    options = {"timeout": WAIT_FOR_WRITER_S, "check_same_thread": False}
    engine = sa.create_engine(url, poolclass=Pool, connect_args=options)

    @sa.event.listens_for(engine, "connect")
    def durable(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get(_READING)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that only reads, and hinders nobody who writes."""
    with engine.connect().execution_options(**{_READING: True}) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction, durable at the end of the block, or as if it had never begun."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that only reads and sees one moment, however long it takes."""
    options: dict[str, Any] = {_READING: True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def scratch(engine: sa.Engine, folded: Sequence[sa.Table]) -> Iterator[sa.Connection]:
    """Empty tables of what is folded, under their usual names and in the same database's ways."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection, connection.begin():
            alike = "CREATE TEMP TABLE {name} (LIKE {name} INCLUDING ALL)"
            connection.exec_driver_sql(";".join(alike.format(name=table.name) for table in folded))
            yield connection
            connection.rollback()
    else:
        with disposing(sa.create_engine("sqlite://")) as beside, beside.connect() as connection:
            for statement in _made_by(tuple(folded)):
                connection.exec_driver_sql(statement)
            yield connection


@cache
def _made_by(tables: tuple[sa.Table, ...]) -> list[str]:
    """What makes them on SQLite, with their indexes."""
    steps: list[sa.schema.ExecutableDDLElement] = []
    for table in tables:
        steps += [sa.schema.CreateTable(table), *map(sa.schema.CreateIndex, table.indexes)]
    return [str(each.compile(dialect=sqlite.dialect())) for each in steps]


def empty(connection: sa.Connection, folded: Sequence[sa.Table]) -> None:
    """The same once more, in a `scratch`. PostgreSQL keeps rows that are deleted one by one until the end."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"TRUNCATE {', '.join(table.name for table in folded)}")
    else:
        for table in folded:
            connection.execute(table.delete())


_MIGRATION_GATE = 0x6D6F7665  # any number that nothing else of this database uses


def migrating_alone(connection: sa.Connection) -> None:
    """Two programs that find the same old schema migrate it one after the other, not both at once.

    There is no row to wait at before there is a schema, and schemas are changed through one machine.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:gate)"), {"gate": _MIGRATION_GATE})


def for_update(connection: sa.Connection) -> str:
    """What a query in plain SQL ends in, to keep its rows for this transaction."""
    return " FOR UPDATE" if connection.dialect.name == "postgresql" else ""


def lock(query: sa.Select[T]) -> sa.Select[T]:
    """The query, keeping its rows for this transaction; SQLite's single writer has them already."""
    return query.with_for_update()


def database_bytes(connection: sa.Connection) -> int:
    """How much room the books take, as the database counts it."""
    if connection.dialect.name == "sqlite":
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    else:
        query = "SELECT pg_database_size(current_database())"
    return int(connection.execute(sa.text(query)).scalar_one())
