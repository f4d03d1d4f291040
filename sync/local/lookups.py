"""What is looked up of earlier journals: the services' own tables, filled from the records that came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from kiosk.catalogue.earlier import history, looked_up
from kiosk.common.books import Kinds, of_services
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.posting import JournalKey, Link, project
from kiosk.ledger.records import Record

LINKS_AT_ONCE = 1000


class Lookups:
    """The tables of these services in `catalogue.db`, for the journals of one region."""

    def __init__(self, kinds: Sequence[Kinds], region_id: int) -> None:
        self._tables = [table for each in kinds for table in each.tables]
        self._projections = of_services(kinds)
        self._region_id = region_id

    def prepare(self, connection: sa.Connection) -> None:
        """Make them and fill them from all that is there, unless they are there already just so."""
        wanted = {each.name: _made_by(each) for each in self._tables}
        there = {row.name: row.made_by for row in connection.execute(sa.select(looked_up))}
        if there == wanted:
            return
        for name in there:
            connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{name}"')
        connection.execute(looked_up.delete())
        for table in self._tables:
            table.create(connection)
            connection.execute(looked_up.insert().values(name=table.name, made_by=wanted[table.name]))
        for journal_id, links in _all_links(connection):
            self.take(connection, journal_id, links)

    def take(self, connection: sa.Connection, journal_id: bytes, links: Iterable[Link]) -> None:
        """Look up what records say that have just come. What cannot be read is kept, and not looked up."""
        key = JournalKey(self._region_id, journal_id)
        records = [link.read for link in links if isinstance(link.read, Record)]
        if not self._project(connection, key, records):
            for each in records:
                self._project(connection, key, [each])

    def _project(self, connection: sa.Connection, key: JournalKey, records: Sequence[Record]) -> bool:
        try:
            with connection.begin_nested():
                project(connection, key, records, self._projections)
        except FAULTS:
            return False
        return True


def _made_by(table: sa.Table) -> str:
    return str(sa.schema.CreateTable(table))


def _all_links(connection: sa.Connection) -> Iterator[tuple[bytes, list[Link]]]:
    h = history.c
    for journal_id in connection.execute(sa.select(h.journal_id).distinct()).scalars().all():
        after_seq = 0
        query = sa.select(h.seq, h.raw, h.hash).where(h.journal_id == journal_id).order_by(h.seq)
        while links := [
            Link(*row) for row in connection.execute(query.where(h.seq > after_seq).limit(LINKS_AT_ONCE))
        ]:
            yield journal_id, links
            after_seq = links[-1].seq
