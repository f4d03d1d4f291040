"""What the rows of a push cost PostgreSQL at the least: COPY, a temporary table, INSERT .. ON CONFLICT."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.services.canteen.tables import servings
from sync.office.services.canteen.tables import card_counters

Tables = Sequence[sa.Table]
OF_SALES: Tables = (tables.records, tables.postings, servings, card_counters)  # all that a sale writes
Batch = Sequence[Sequence[tuple[object, ...]]]  # for each of these tables its rows


def batches(
    source: str, loaded: Tables, journal_id: bytes, after_seq: int, to_seq: int, size: int
) -> list[Batch]:
    """The rows that these records of a journal brought, `size` records in a batch."""
    queries = [
        f"SELECT * FROM {table.name} WHERE journal_id = %s AND seq > %s AND seq <= %s".encode()
        for table in loaded
    ]
    with psycopg.connect(source) as connection:
        return [
            [connection.execute(query, (journal_id, first, first + size)).fetchall() for query in queries]
            for first in range(after_seq, to_seq, size)
        ]


class Loader:
    """Brings batches of rows into tables of the same shape, each in a transaction."""

    def __init__(self, database: str, loaded: Tables) -> None:
        engine = sa.create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
        tables.metadata.create_all(engine)
        for table in loaded:
            table.create(engine, checkfirst=True)
        engine.dispose()
        self._connection, self._loaded = psycopg.connect(database), loaded
        for table in loaded:
            self._run(f"CREATE TEMP TABLE new_{table.name} (LIKE {table.name})")
        self._connection.commit()

    def load(self, brought: Sequence[Batch]) -> None:
        for batch in brought:
            for table, rows in zip(self._loaded, batch, strict=True):
                self._load_rows(table.name, rows)
            self._connection.commit()

    def close(self) -> None:
        self._connection.close()

    def _load_rows(self, name: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._run(f"TRUNCATE new_{name}")
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY new_{name} FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)
        self._run(f"INSERT INTO {name} SELECT * FROM new_{name} ON CONFLICT DO NOTHING")

    def _run(self, statement: str) -> None:
        self._connection.execute(statement.encode())
