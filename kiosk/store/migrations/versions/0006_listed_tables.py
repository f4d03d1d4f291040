"""Which tables of services the file keeps; those that are there were kept from the beginning."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table("listed_tables", sa.Column("name", sa.Text(), primary_key=True), sqlite_with_rowid=False)
    op.execute("INSERT INTO listed_tables SELECT name FROM sqlite_schema WHERE type = 'table'")
