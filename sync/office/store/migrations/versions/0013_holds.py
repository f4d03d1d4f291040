"""Holds are looked up by what they are for. No release had a service that held anything."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("source_journal_id", sa.LargeBinary(16)),
        sa.Column("source_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("holds_by_source", "holds", ["region_id", "source_journal_id", "source_seq"])
