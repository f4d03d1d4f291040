"""How rows of two tables belong together."""

from __future__ import annotations

import sqlalchemy as sa


def same(left: sa.FromClause, right: sa.FromClause, key: str) -> sa.ColumnElement[bool]:
    """The same region and the same `key`."""
    return (left.c.region_id == right.c.region_id) & (left.c[key] == right.c[key])
