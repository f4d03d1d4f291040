"""A region moves to another PostgreSQL while its kiosks go on sending.

PostgreSQL's logical replication copies the region's rows and follows what is written meanwhile. Then the old
place is fenced: whoever writes there is sent away, to come again. A last mark is written, and once it stands
at the new place everything before it does, too. Nobody waits longer than from the fence to the mark.

https://www.postgresql.org/docs/current/logical-replication-row-filter.html (PostgreSQL 15 or newer)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from kiosk.store.engine import disposing
from sync.office.store import counting
from sync.office.store.database import add_tables, create_engine, open_database, writing

LOOK_EVERY_S = 0.01
FOLLOWS_WITHIN_S = 60.0  # from the fence on; later than that it stays where it is
_MARK = "moved"


class CannotFollow(Refusal):
    """The server of now writes too little down for another one to follow."""

    code = "wal_level_too_low"
    wal_level: str


class ThereAlready(Refusal):
    """The new place has rows of this region, from a time before."""

    code = "region_there_already"
    region_id: int
    table: str


class NotTheSame(Refusal):
    """Something did not arrive; the region stays where it is."""

    code = "region_not_the_same"
    table: str
    rows_here: int
    rows_there: int


class TooSlow(Refusal):
    """The new place did not catch up in time; the region stays where it is."""

    code = "region_not_followed"
    again_helps = True


@dataclass(frozen=True, slots=True)
class RegionMoved:
    """`rows` of all tables together; `still_ms`: how long nobody could write."""

    rows: int
    still_ms: int


class Move:
    """From `old` to `new`, both URLs. A move that broke off is gone on with by the next one."""

    def __init__(self, old: str, new: str, region_id: int, tables: Sequence[sa.Table]) -> None:
        self._old, self._new, self._region_id = old, new, region_id
        self._tables = tables
        self._name = f"region_{region_id}"

    def run(self, point_there: Callable[[], None], progress: Callable[[int], None]) -> RegionMoved:
        """`point_there` makes everybody go to the new place; `progress` is told how many tables are copied.

        Raises `CannotFollow`, `ThereAlready`, `NotTheSame`, `TooSlow`; then the region is where it was.
        """
        open_database(self._new).dispose()
        with _open(self._old) as here, _open(self._new) as there:
            self._require_room(here, there)
            add_tables(there, self._tables)
            self._unfence(there)  # it may have lain there before
            self._copy(here, there, progress)
            began_s = time.monotonic()
            with self._fenced(here):
                self._catch_up(here, there)
                rows = self._compare(here, there)
                point_there()
            still_ms = int((time.monotonic() - began_s) * 1000)
            self._stop_copying(here, there)
        return RegionMoved(rows, still_ms)

    def _require_room(self, here: sa.Engine, there: sa.Engine) -> None:
        wal_level = _one(here, "SHOW wal_level")
        if wal_level != "logical":
            raise CannotFollow(wal_level=wal_level)
        if self._follows(there):
            return
        names = sa.inspect(there).get_table_names()
        present = [each for each in self._tables if each.name in names]
        for table, rows in zip(present, _count(there, present, self._region_id), strict=True):
            if rows:
                raise ThereAlready(region_id=self._region_id, table=table.name)

    def _follows(self, there: sa.Engine) -> bool:
        query = "SELECT count(*) FROM pg_subscription WHERE subname = :name"
        return bool(_one(there, query, name=self._name))

    def _copy(self, here: sa.Engine, there: sa.Engine, progress: Callable[[int], None]) -> None:
        if not self._follows(there):
            which = ", ".join(f'"{each.name}" WHERE (region_id = {self._region_id})' for each in self._tables)
            _do(here, f"DROP PUBLICATION IF EXISTS {self._name}")
            _do(here, f"CREATE PUBLICATION {self._name} FOR TABLE {which}")
            source = sa.make_url(self._old).set(drivername="postgresql").render_as_string(hide_password=False)
            at = f"CONNECTION '{source.replace(chr(39), chr(39) * 2)}' PUBLICATION {self._name}"
            _do(there, f"CREATE SUBSCRIPTION {self._name} {at}")
        while (copied := int(_one(there, _COPIED, name=self._name))) < len(self._tables):
            progress(copied)
            time.sleep(10 * LOOK_EVERY_S)
        progress(copied)

    @contextmanager
    def _fenced(self, here: sa.Engine) -> Iterator[None]:
        """One table after the other: whoever holds several is waited for, and nobody waits for us meanwhile.

        It is taken down again if the block fails, and stays otherwise: a process that did not hear of the
        move must not write where nobody looks any more.
        """
        try:
            for table in self._tables:
                _do(here, _FENCE.format(table=table.name, region=self._region_id))
            yield
        except BaseException:
            self._unfence(here)
            raise

    def _unfence(self, engine: sa.Engine) -> None:
        for table in self._tables:
            _do(engine, f'DROP TRIGGER IF EXISTS region_{self._region_id}_moved ON "{table.name}"')

    def _catch_up(self, here: sa.Engine, there: sa.Engine) -> None:
        name, deadline_s = f"{_MARK} {token_hex(8)}", time.monotonic() + FOLLOWS_WITHIN_S
        with writing(here) as connection:
            connection.exec_driver_sql(_PAST_THE_FENCE)
            counting.begin(connection, self._region_id, name)
        while not _one(there, _MARKED, region_id=self._region_id, name=name):
            if time.monotonic() > deadline_s:
                raise TooSlow
            time.sleep(LOOK_EVERY_S)

    def _compare(self, here: sa.Engine, there: sa.Engine) -> int:
        """Count the rows; what is in them `office verify` proves afterwards, from the journals' bytes.

        On both servers at once, for nobody can write meanwhile.
        """
        with ThreadPoolExecutor(2) as pool:
            counts = pool.map(lambda engine: _count(engine, self._tables, self._region_id), (here, there))
            counted = list(zip(self._tables, *counts, strict=True))
        for table, rows_here, rows_there in counted:
            if rows_here != rows_there:
                raise NotTheSame(table=table.name, rows_here=rows_here, rows_there=rows_there)
        return sum(rows for _table, rows, _ in counted)

    def _stop_copying(self, here: sa.Engine, there: sa.Engine) -> None:
        _do(there, f"DROP SUBSCRIPTION {self._name}")
        _do(here, f"DROP PUBLICATION {self._name}")


def clear(url: str, region_id: int, tables: Sequence[sa.Table]) -> int:
    """Delete what a region left behind where it has been; returns how many rows that were."""
    with _open(url) as engine:
        return sum(_clear(engine, region_id, table) for table in tables)


def _clear(engine: sa.Engine, region_id: int, table: sa.Table) -> int:
    """What may only be added to lies elsewhere by now, and is added to there."""
    with writing(engine) as connection:
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
        rows = connection.execute(table.delete().where(table.c.region_id == region_id)).rowcount
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')
    return rows


_PAST_THE_FENCE = "SET LOCAL neighbourhood.moving = 'yes'"
_COPIED = """SELECT count(*) FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
WHERE s.subname = :name AND r.srsubstate = 'r'"""
_MARKED = "SELECT count(*) FROM counters WHERE region_id = :region_id AND name = :name"
# SQLSTATE 57P03, "cannot connect now": kiosks are told to come again, and pools to ask where the region lies.
_FENCE = """
CREATE OR REPLACE FUNCTION region_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(NEW.region_id, OLD.region_id) = TG_ARGV[0]::int
     AND current_setting('neighbourhood.moving', true) IS DISTINCT FROM 'yes' THEN
    RAISE EXCEPTION 'this region lies elsewhere by now' USING ERRCODE = '57P03';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER region_{region}_moved BEFORE INSERT OR UPDATE OR DELETE ON "{table}"
FOR EACH ROW EXECUTE FUNCTION region_moved({region});"""


def _open(url: str) -> AbstractContextManager[sa.Engine]:
    return disposing(create_engine(url, connections=2))


def _do(engine: sa.Engine, statement: str) -> None:
    """Outside a transaction, which a subscription refuses to be made in."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement.replace("%", "%%"))


def _one(engine: sa.Engine, query: str, **values: object) -> Any:
    with engine.connect() as connection:
        return connection.execute(sa.text(query), values).scalar_one()


def _count(engine: sa.Engine, tables: Sequence[sa.Table], region_id: int) -> Sequence[int]:
    """Of each table the rows of a region, in one trip."""
    counts = [
        sa.select(sa.func.count()).select_from(each).where(each.c.region_id == region_id).scalar_subquery()
        for each in tables
    ]
    with engine.connect() as connection:
        return tuple(connection.execute(sa.select(*counts)).one()) if counts else ()
