"""Troubles that somebody outside is told of, whatever service they are of."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("gone_at_ms", sa.BigInteger()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("over_told", sa.Text(), nullable=False),
        sa.Column("next_try_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "key"),
    )
    op.drop_table("charging_alerted")
