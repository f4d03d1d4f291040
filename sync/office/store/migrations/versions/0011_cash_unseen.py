"""Cash that kiosks took in is believed up to a limit until a clerk has seen it.

What they took in before counts as seen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    limit = sa.Column("unseen_cash_fen", sa.BigInteger(), nullable=False, server_default="200000")
    op.add_column("regions", limit)
    op.add_column("devices", sa.Column("cash_seen_fen", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("grants", sa.Column("waiting", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE devices SET cash_seen_fen = COALESCE((SELECT SUM(b.debits - b.credits) FROM journals AS j"
        " JOIN balances AS b ON b.region_id = j.region_id AND b.journal_id = j.journal_id"
        " WHERE j.region_id = devices.region_id AND j.device_id = devices.device_id AND b.unit = 'FEN'"
        " AND (b.account LIKE 'cash/%' OR b.account LIKE 'safe/%' OR b.account LIKE 'cash_difference/%')), 0)"
    )
