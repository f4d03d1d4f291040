"""Cash that was paid into the bank. Nobody had said so before."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "bankings",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("of_journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("of_seq", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("slip", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq", "of_journal_id", "of_seq"),
    )
    op.create_index("bankings_by_record", "bankings", ["region_id", "of_journal_id", "of_seq"])
    op.create_index("bankings_by_slip", "bankings", ["region_id", "slip"])
    op.create_index("bankings_by_day", "bankings", ["region_id", "day"])
