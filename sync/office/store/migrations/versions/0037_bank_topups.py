"""Top-ups that come by a bank's file. None had."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "bank_topups",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("undoes_journal_id", sa.LargeBinary(16)),
        sa.Column("undoes_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("bank_topups_by_number", "bank_topups", ["region_id", "number"])
    op.create_index("bank_topups_by_batch", "bank_topups", ["region_id", "batch"])
    op.create_index("bank_topups_undone", "bank_topups", ["region_id", "undoes_journal_id", "undoes_seq"])
