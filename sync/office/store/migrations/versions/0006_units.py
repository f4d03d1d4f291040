"""What follows up a record counts in a unit; until now it was fen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("follow_ups", sa.Column("unit", sa.Text(), nullable=False, server_default="FEN"))
