"""The second factor of clerks, and when each session's clerk last proved who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(16)),
        sa.Column("next_nonce", sa.LargeBinary(16)),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "username"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "username", "number"),
    )
    op.add_column(
        "clerk_sessions", sa.Column("proved_at_ms", sa.BigInteger(), nullable=False, server_default="0")
    )
