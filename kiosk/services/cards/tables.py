"""What a counter said about cards, for itself until the office has published it, and for the office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import journal_table
from kiosk.people.cards import CardLevel
from kiosk.services.cards.records import (
    CARD_FOUND,
    CARD_ISSUED,
    CARD_LOST,
    CARD_WRITTEN,
    decode_issued,
    decode_reported,
    decode_written,
)

LOST, FOUND, ISSUED, REPLACED = "lost", "found", "issued", "replaced"
SIGNED, KEYED = "signed", "keyed"  # written, by what the chip can hold

# One row for each card that a record is about.
card_events = journal_table(
    "card_events",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),  # of an issued card, else 0
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    key=("seq", "token"),
)


def project_reported(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    rows = []
    for record in records:
        report = decode_reported(record.body)
        what = LOST if record.kind == CARD_LOST[0] else FOUND
        rows.append((*_place(journal, record), report.token, what, 0, report.resident_id, record.wall_ms))
    insert_rows(connection, card_events, rows)
    return ()


def project_issued(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    rows = []
    for record in records:
        card, place = decode_issued(record.body), _place(journal, record)
        rows.append((*place, card.token, ISSUED, card.number, card.resident_id, record.wall_ms))
        rows += [
            (*place, token, REPLACED, 0, card.resident_id, record.wall_ms)
            for token in card.replaced
            if token != card.token
        ]
    insert_rows(connection, card_events, rows)
    return ()


def project_written(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    rows = []
    for record in records:
        card = decode_written(record.body)
        what = KEYED if card.level == CardLevel.AUTHENTICATED else SIGNED
        rows.append((*_place(journal, record), card.token, what, 0, card.resident_id, record.wall_ms))
    insert_rows(connection, card_events, rows)
    return ()


def _place(journal: JournalKey, record: Record) -> tuple[int, bytes, int]:
    return journal.region_id, journal.journal_id, record.seq


PROJECTIONS: Projections = {
    CARD_LOST: project_reported,
    CARD_FOUND: project_reported,
    CARD_ISSUED: project_issued,
    CARD_WRITTEN: project_written,
}
KINDS = Kinds(projections=PROJECTIONS, tables=(card_events,))
