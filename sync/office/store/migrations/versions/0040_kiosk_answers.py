"""What became of commands to kiosks. There were none."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_table(
        "kiosk_answers",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("kiosk_answers_by_command", "kiosk_answers", ["region_id", "command"])
