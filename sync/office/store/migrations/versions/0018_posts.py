"""Roles. Whoever is a clerk already goes on doing what every clerk could, as clerk and accountant."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "username", "role", "division"),
    )
    clerks = sa.table("clerks", sa.column("region_id"), sa.column("username"))
    posts = sa.table("posts", *(sa.column(each) for each in ("region_id", "username", "role", "division")))
    for role in ("clerk", "accountant"):
        had = sa.select(clerks.c.region_id, clerks.c.username, sa.literal(role), sa.literal(""))
        op.execute(posts.insert().from_select(["region_id", "username", "role", "division"], had))
