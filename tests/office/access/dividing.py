"""A PostgreSQL whose tables are divided by region, and which counts who looks into a region not its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.store.database import create_engine, open_database

OURS = 1
OTHERS = (2, 3)


def divide(url: str) -> None:
    """An empty office's schema, each table of which has one part for each region."""
    open_database(url).dispose()
    engine = create_engine(url, connections=1)
    with engine.begin() as connection:
        for table in _every_table():
            connection.exec_driver_sql(f'DROP TABLE "{table.name}"')
            table.create(connection)
            for region in (OURS, *OTHERS):
                part = f'"{table.name}_{region}" PARTITION OF "{table.name}" FOR VALUES IN ({region})'
                connection.exec_driver_sql(f"CREATE TABLE {part}")
    engine.dispose()


def _every_table() -> Iterator[sa.Table]:
    for table in offered(SERVICES).tables:
        divided = table.to_metadata(sa.MetaData())
        divided.dialect_options["postgresql"]["partition_by"] = "LIST (region_id)"
        yield divided


class Trespasses:
    """How often which table of another region was looked into since the last time somebody asked."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._before = self._scans()

    def new(self) -> Counter[str]:
        now = self._scans()
        found, self._before = now - self._before, now
        return found

    def _scans(self) -> Counter[str]:
        with psycopg.connect(self._url, autocommit=True) as admin:
            rows = admin.execute(_SCANS, ([f"%\\_{region}" for region in OTHERS],)).fetchall()
        return Counter(dict(rows))


@contextmanager
def told_at_once() -> Iterator[None]:
    """Servers keep their counts for a second, unless they are told to say them with this transaction."""

    def tell(connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")

    sa.event.listen(sa.Engine, "begin", tell)
    yield
    sa.event.remove(sa.Engine, "begin", tell)


_SCANS = """SELECT relname, seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del
FROM pg_stat_user_tables WHERE relname LIKE ANY(%s)"""
