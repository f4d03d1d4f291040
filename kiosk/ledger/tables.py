"""The ledger's tables: the same ones in a kiosk's `journal.db` and in the office's database.

Each key begins with the region, so that a distributed PostgreSQL can shard by it, and then the journal, so
that rows of one journal lie together and appending stays appending.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()


def journal_table(name: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...]) -> sa.Table:
    """A table of what journals brought, keyed by region, journal and the columns in `key`."""
    return sa.Table(
        name,
        metadata,
        sa.Column("region_id", sa.Integer, nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("region_id", "journal_id", *key),
        sqlite_with_rowid=False,
    )


records = journal_table(
    "records",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    key=("seq",),
)

postings = journal_table(
    "postings",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("n", sa.SmallInteger, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    key=("seq", "n"),
)

# What each journal did to each account, as two sums that only grow: `credits` above zero, `debits` below.
# Spending rights are arithmetic on them, and a balance is the sum of credits - debits over all journals.
balances = journal_table(
    "balances",
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("credits", sa.BigInteger, nullable=False),
    sa.Column("debits", sa.BigInteger, nullable=False),
    key=("account", "unit"),
)
