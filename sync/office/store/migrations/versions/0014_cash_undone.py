"""Cash that a kiosk gave back makes no room for other cash before a clerk has seen the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    column = sa.Column("cash_undone_fen", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("devices", column)
