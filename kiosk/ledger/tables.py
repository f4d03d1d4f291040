"""The ledger's tables: the same ones in a kiosk's `journal.db` and in the office's database.

Each key begins with the region, so that a distributed PostgreSQL can shard by it, and then the journal, so
that rows of one journal lie together and appending stays appending.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()


def _key(*columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("region_id", "journal_id", *columns)


def _journal_columns() -> tuple[sa.Column[int], sa.Column[bytes]]:
    return (
        sa.Column("region_id", sa.Integer, nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    )


records = sa.Table(
    "records",
    metadata,
    *_journal_columns(),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    _key("seq"),
    sqlite_with_rowid=False,
)

postings = sa.Table(
    "postings",
    metadata,
    *_journal_columns(),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("n", sa.SmallInteger, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    _key("seq", "n"),
    sqlite_with_rowid=False,
)

# What each journal did to each account, as two sums that only grow: `credits` above zero, `debits` below.
# Spending rights are arithmetic on them, and a balance is the sum of credits - debits over all journals.
balances = sa.Table(
    "balances",
    metadata,
    *_journal_columns(),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("credits", sa.BigInteger, nullable=False),
    sa.Column("debits", sa.BigInteger, nullable=False),
    _key("account", "unit"),
    sqlite_with_rowid=False,
)
