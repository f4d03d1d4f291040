"""Invitations, locked accounts, and when each clerk was last seen."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "username"),
    )
    op.add_column("clerks", sa.Column("disabled_at_ms", sa.BigInteger()))
    op.add_column("clerks", sa.Column("seen_at_ms", sa.BigInteger(), nullable=False, server_default="0"))
