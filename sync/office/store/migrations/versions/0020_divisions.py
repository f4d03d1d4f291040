"""The tree of divisions on which sites hang. Posts without a division reach everywhere, as before."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "divisions",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "code"),
    )
    op.create_table(
        "division_sites",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "site"),
    )
