"""When a kiosk was last heard by the clock that never jumps, too."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("devices", sa.Column("last_seen_boot", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "devices", sa.Column("last_seen_monotonic_ms", sa.BigInteger(), nullable=False, server_default="0")
    )
