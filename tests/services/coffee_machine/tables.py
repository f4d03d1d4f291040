"""Which cups are under way, and which were paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.accounts import revenue
from kiosk.ledger.holds import CAPTURE, HOLD, Held, Settled
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import insert_rows, run
from kiosk.ledger.tables import journal_table

PURPOSE = "coffee/"  # and the site

cups_begun = journal_table(
    "cups_begun",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    key=("seq",),
)
cups_paid = journal_table(
    "cups_paid",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("fen", sa.BigInteger, nullable=False),
    key=("seq",),
)
_held = msgspec.msgpack.Decoder(Held)
_settled = msgspec.msgpack.Decoder(Settled)
_EARNED = revenue("coffee", "")


def project_begun(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    rows = [
        (journal.region_id, journal.journal_id, each.seq, each.wall_ms)
        for each in records
        if _held.decode(each.body).purpose.startswith(PURPOSE)
    ]
    if rows:
        insert_rows(connection, cups_begun, rows)
    return ()


def project_paid(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    rows = []
    for record in records:
        for each in record.postings:
            if each.account.startswith(_EARNED):
                whose, site = _settled.decode(record.body).resident_id, each.account[len(_EARNED) :]
                rows.append((journal.region_id, journal.journal_id, record.seq, whose, site, each.quantity))
    if rows:
        insert_rows(connection, cups_paid, rows)
    return ()


def under_way(connection: sa.Connection, key: JournalKey) -> list[tuple[int, int]]:
    """The holds that nothing settled yet, and since when, Unix ms."""
    return [(seq, ms) for seq, ms in run(connection, _UNDER_WAY, (key.region_id, key.journal_id))]


_UNDER_WAY = (
    "SELECT seq, wall_ms FROM cups_begun AS c WHERE region_id = ? AND journal_id = ?"
    " AND NOT EXISTS (SELECT 1 FROM follow_ups AS f WHERE f.region_id = c.region_id"
    " AND f.journal_id = c.journal_id AND f.original_seq = c.seq) ORDER BY seq"
)
KINDS = Kinds(projections={HOLD: project_begun, CAPTURE: project_paid}, tables=(cups_begun, cups_paid))
