"""The books made anew from nothing but the journals' bytes, as an auditor would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.tables import records
from sync.office.books import heads, verdicts
from sync.office.books.folding import fold
from sync.office.services.contract import OfficeService
from sync.office.services.listed import SERVICES
from sync.office.store.database import reading, writing
from sync.office.store.tables import journals
from tests.office.books import Books, open_books


@contextmanager
def rebuilt(books: Books, folder: Path, services: Sequence[OfficeService] = SERVICES) -> Iterator[Books]:
    """Another office on an empty database, to which the journals were told, the office's own first."""
    with open_books(folder, services=services) as anew:
        with reading(books.office.engine) as old, writing(anew.office.engine) as connection:
            rows = old.execute(sa.select(journals.c.journal_id, journals.c.device_id)).all()
            for row in sorted(rows, key=lambda row: row.device_id is not None):
                _tell(old, connection, JournalKey(1, bytes(row.journal_id)), row.device_id, anew)
        yield anew


def _tell(
    old: sa.Connection, connection: sa.Connection, key: JournalKey, device_id: bytes | None, anew: Books
) -> None:
    heads.begin_journal(connection, key, device_id, "")
    c = records.c
    raws = old.execute(sa.select(c.seq, c.raw, c.hash).where(c.journal_id == key.journal_id).order_by(c.seq))
    links = [Link(row.seq, bytes(row.raw), bytes(row.hash)) for row in raws]
    if links:
        unbelieved = verdicts.suspended(connection, key, 1, links[-1].seq)
        fold(connection, key, links, anew.office.offered.derived.projections, unbelieved)
        heads.advance(connection, key, links[-1].seq, links[-1].hash, links[-1].seq)
