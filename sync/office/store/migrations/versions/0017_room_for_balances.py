"""Balances are changed with every batch: half of each page is left free for it, on PostgreSQL.

A row that finds room on its own page leaves all indexes as they are. On full pages each change went to
another page, and every look-up after it through what was left behind. Pages that are there already make room
as they are changed.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE balances SET (fillfactor = 50)")
