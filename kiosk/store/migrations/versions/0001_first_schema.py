"""The first schema: journal, ledger, canteen."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "balances",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "account", "unit"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "postings",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "records",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "servings",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("meal", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("portion", sa.SmallInteger(), nullable=False),
        sa.Column("full_fen", sa.BigInteger(), nullable=False),
        sa.Column("own_fen", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("servings_by_resident", "servings", ["region_id", "resident_id", "day", "meal"])

    op.create_table(
        "boots",
        sa.Column("boot", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("boot"),
        sa.UniqueConstraint("boot_id"),
    )
    op.create_table(
        "requests",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
        sqlite_with_rowid=False,
    )
