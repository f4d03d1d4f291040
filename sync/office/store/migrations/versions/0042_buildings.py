"""Buildings hang on the tree of divisions, and whoever lives in one is found by the address."""

import sqlalchemy as sa
from alembic import op

from kiosk.catalogue.items import Kind, decode_value

revision = "0042"
down_revision = "0041"

_AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "division_buildings",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "building"),
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Words that are there already stay: an upgrade from before 0036 has just written them all."""
    from sync.office.catalogue.search_words import HOME, words_of

    items = sa.table("catalogue_items", *map(sa.column, ("region_id", "kind", "key", "value")))
    words = sa.table("search_words", *map(sa.column, ("region_id", "kind", "word", "key")))
    c = words.c
    known = set(connection.execute(sa.select(c.region_id, c.key).where(c.word >= HOME, c.word < HOME + "~")))
    rows = [
        {"region_id": region_id, "kind": Kind.RESIDENT, "word": word, "key": key}
        for region_id, key, value in connection.execute(
            sa.select(items.c.region_id, items.c.key, items.c.value).where(
                items.c.kind == Kind.RESIDENT, items.c.value.is_not(None)
            )
        )
        if (region_id, key) not in known
        for word in words_of(decode_value(Kind.RESIDENT, value))
        if word.startswith(HOME)
    ]
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(words.insert(), rows[start : start + _AT_ONCE])
