"""Records that take back or settle part of an earlier one, to be looked up by the one they follow."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.tables import journal_table

# `quantity` is how much of the earlier record, in fen. All that follows one record is never more than it.
follow_ups = journal_table(
    "follow_ups",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("original_seq", sa.BigInteger, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Index("follow_ups_by_original", "region_id", "journal_id", "original_seq"),
    key=("seq",),
)
