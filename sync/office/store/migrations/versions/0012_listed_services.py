"""Which services the books were folded with.

All that there were before had been listed from the beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BEFORE = ("canteen", "till", "cards", "corrections", "orders")


def upgrade() -> None:
    op.create_table(
        "listed_services",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "name"),
    )
    listed = sa.text("INSERT INTO listed_services (region_id, name) SELECT region_id, :name FROM regions")
    for name in BEFORE:
        op.execute(listed.bindparams(name=name))
