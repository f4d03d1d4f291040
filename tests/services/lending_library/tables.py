"""Which book is with whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.follow_ups import REVERSAL, decode_given_back
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows, run
from kiosk.ledger.tables import journal_table
from tests.services.lending_library.records import BOOK_BACK, BOOK_LENT, decode

# `lent` is 1 for a book that went home and -1 for one that came back, so that sums are net.
book_moves = journal_table(
    "book_moves",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("book", sa.Text, nullable=False),
    sa.Column("lent", sa.SmallInteger, nullable=False),
    key=("seq",),
)


def project(connection: sa.Connection, journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    rows = []
    for record in records:
        said, lent = decode(record.body), 1 if record.kind == BOOK_LENT[0] else -1
        rows.append((journal.region_id, journal.journal_id, record.seq, said.resident_id, said.book, lent))
    insert_rows(connection, book_moves, rows)
    return ()


def project_undone(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    """A loan that was a slip of the finger. Other kinds have no row here."""
    rows = []
    for record in records:
        given = decode_given_back(record.body)
        if (given.kind, given.version) == BOOK_LENT:
            said = decode(given.body)
            rows.append((journal.region_id, journal.journal_id, record.seq, said.resident_id, said.book, -1))
    if rows:
        insert_rows(connection, book_moves, rows)
    return ()


def lent_to(connection: sa.Connection, region_id: int, resident_id: int) -> list[str]:
    """The books that a resident has at home."""
    return [book for (book,) in run(connection, _LENT, (region_id, resident_id))]


_LENT = (
    "SELECT book FROM book_moves WHERE region_id = ? AND resident_id = ?"
    " GROUP BY book HAVING sum(lent) > 0 ORDER BY book"
)
KINDS = Kinds(
    projections={BOOK_LENT: project, BOOK_BACK: project, REVERSAL: project_undone}, tables=(book_moves,)
)
