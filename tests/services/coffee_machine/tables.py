"""Which cups were paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.accounts import revenue
from kiosk.ledger.holds import CAPTURE, decode_settled
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import journal_table

PURPOSE = "coffee/"  # and the site, and what the machine calls the cup

cups_paid = journal_table(
    "cups_paid",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("fen", sa.BigInteger, nullable=False),
    key=("seq",),
)
_EARNED = revenue("coffee", "")


def project_paid(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    rows = []
    for record in records:
        for each in record.postings:
            if each.account.startswith(_EARNED):
                whose, site = decode_settled(record.body).resident_id, each.account[len(_EARNED) :]
                rows.append((journal.region_id, journal.journal_id, record.seq, whose, site, each.quantity))
    if rows:
        insert_rows(connection, cups_paid, rows)
    return ()


KINDS = Kinds(projections={CAPTURE: project_paid}, tables=(cups_paid,))
