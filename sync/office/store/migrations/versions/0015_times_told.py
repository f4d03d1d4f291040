"""The latest time that the office has told each kiosk: what it heard is no later."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("devices", sa.Column("told_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE devices SET told_ms = COALESCE(last_seen_ms, 0)")
