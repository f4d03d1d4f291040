"""What was sold beside residents' meals has a list; portions are found by their day."""

import sqlalchemy as sa
from alembic import op

from sync.office.services.canteen.extra_sales import fill

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "extra_sales",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("meal", sa.Text(), nullable=False),
        sa.Column("guests", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("extra_sales_by_day", "extra_sales", ["region_id", "day", "site"])
    if op.get_bind().dialect.name == "sqlite":
        # With the figures: a day's sums are read from it alone. PostgreSQL would look in it, among the
        # portions of everybody, for those of one resident.
        figures = ["served", "full_fen", "own_fen"]
        op.create_index("servings_by_day", "servings", ["region_id", "day", "site", *figures])
    fill(op.get_bind())
