"""What the office does with cards, and what counters did, by resident."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "card_deeds",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "seq"),
    )
    op.create_index("card_deeds_by_resident", "card_deeds", ["region_id", "resident_id", "seq"])
    op.create_index("card_events_by_resident", "card_events", ["region_id", "resident_id"])
