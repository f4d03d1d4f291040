"""Residents and cards are found by words of their own: what is published now has its words at once."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kiosk.catalogue.items import ItemKind, Kind, decode_value

revision = "0036"
down_revision = "0034"

_AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "search_words",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "kind", "word", "key"),
    )
    op.create_index("search_words_by_key", "search_words", ["region_id", "kind", "key"])
    by_number: list[str | sa.TextClause] = ["region_id", "kind", sa.text("length(key)"), "key"]
    op.create_index("catalogue_items_by_number", "catalogue_items", by_number)
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    from sync.office.catalogue.search_words import words_of

    items = sa.table("catalogue_items", *map(sa.column, ("region_id", "kind", "key", "value")))
    words = sa.table("search_words", *map(sa.column, ("region_id", "kind", "word", "key")))
    rows = []
    found_by_more: tuple[ItemKind[Any], ...] = (Kind.RESIDENT, Kind.CARD)
    for kind in found_by_more:
        published = sa.select(items).where(items.c.kind == kind, items.c.value.is_not(None))
        for region_id, _kind, key, value in connection.execute(published):
            found_by = words_of(decode_value(kind, value))
            rows += [{"region_id": region_id, "kind": kind, "word": word, "key": key} for word in found_by]
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(words.insert(), rows[start : start + _AT_ONCE])
