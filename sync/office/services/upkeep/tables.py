"""The answers of kiosks to commands, each from one record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows
from kiosk.services.upkeep.records import COMMAND_ANSWERED, decode_answered
from sync.office.store.tables import table_of

kiosk_answers = table_of(
    "kiosk_answers",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("log", sa.LargeBinary, nullable=False),  # compressed; empty: none was asked for
    sa.Index("kiosk_answers_by_command", "region_id", "command"),
    key=("journal_id", "seq"),
)


def _answers(connection: sa.Connection, journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    rows = []
    for each in records:
        said = decode_answered(each.body)
        place = (journal.region_id, journal.journal_id, each.seq, each.wall_ms)
        rows.append((*place, said.command, said.outcome, said.why, said.log))
    if rows:
        insert_rows(connection, kiosk_answers, rows)
    return ()


PROJECTIONS: Projections = {COMMAND_ANSWERED: _answers}
