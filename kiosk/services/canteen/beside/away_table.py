"""Portions taken away, to be looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import journal_table
from kiosk.services.canteen.beside.records import TAKEN_AWAY, decode_away

# One row for each change of mind; `portions` is 1 for away and -1 for here after all, so that sums are net.
away_portions = journal_table(
    "away_portions",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("original_seq", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False),  # ISO date
    sa.Column("meal", sa.Text, nullable=False),
    sa.Column("portions", sa.SmallInteger, nullable=False),
    key=("seq",),
)


def project_away(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    rows = []
    for record in records:
        mark = decode_away(record.body)
        what = (mark.original_seq, mark.site, mark.day.isoformat(), mark.meal, 1 if mark.away else -1)
        rows.append((journal.region_id, journal.journal_id, record.seq, *what))
    insert_rows(connection, away_portions, rows)
    return ()


PROJECTIONS: Projections = {TAKEN_AWAY: project_away}
