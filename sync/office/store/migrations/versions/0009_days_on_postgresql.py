"""A day's portions are found without reading all others, on PostgreSQL too.

By ranges of pages (BRIN), since portions come nearly in the order of their days: a few kilobytes, next to
nothing to keep up, and never mistaken for a way to one resident's portions, as an index by rows was.
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX servings_by_day ON servings USING brin (region_id, day)"
            " WITH (pages_per_range = 32, autosummarize = on)"
        )
