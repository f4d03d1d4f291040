"""People who usually come and did not: who is watched over, who was seen, what became of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def _table(name: str, *columns: sa.Column[Any], key: tuple[str, ...]) -> None:
    region = sa.Column("region_id", sa.Integer(), nullable=False)
    op.create_table(name, region, *columns, sa.PrimaryKeyConstraint("region_id", *key))


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str, kind: type[sa.Integer] = sa.BigInteger, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind(), nullable=nullable)


def upgrade() -> None:
    _table(
        "care_sites",
        _text("site"),
        sa.Column("watched", sa.Boolean(), nullable=False),
        _number("weeks", sa.SmallInteger),
        _number("times", sa.SmallInteger),
        _number("wait_minutes", sa.Integer),
        _number("sign_hours", sa.Integer),
        _number("climb_minutes", sa.Integer),
        key=("site",),
    )
    _table("last_signs", _number("resident_id"), _number("at_ms"), _text("site"), key=("resident_id",))
    _table(
        "care_rounds",
        _text("site"),
        _text("day"),
        _text("occasion"),
        sa.Column("whole", sa.Boolean(), nullable=False),
        key=("site", "day", "occasion"),
    )
    _table(
        "care_watches",
        _number("resident_id"),
        _text("day"),
        _text("occasion"),
        _text("site"),
        _number("times", sa.SmallInteger),
        _number("weekdays", sa.SmallInteger),
        _number("since_ms"),
        _number("closes_ms"),
        _text("state"),
        _number("step", sa.SmallInteger),
        _number("step_at_ms"),
        _text("outcome"),
        _number("ended_at_ms", nullable=True),
        key=("resident_id", "day", "occasion"),
    )
    op.create_index("care_watches_by_state", "care_watches", ["region_id", "state", "ended_at_ms"])
    _table(
        "care_words",
        _number("seq"),
        _number("resident_id"),
        _text("day"),
        _text("occasion"),
        _number("at_ms"),
        _text("who"),
        _text("what"),
        _text("note"),
        key=("seq",),
    )
    op.create_index("care_words_by_resident", "care_words", ["region_id", "resident_id", "seq"])
    _table(
        "care_leaves",
        _number("seq"),
        _number("resident_id"),
        _text("first_day"),
        _text("last_day"),
        _text("why"),
        _text("who"),
        _number("at_ms"),
        key=("seq",),
    )
    op.create_index("care_leaves_by_resident", "care_leaves", ["region_id", "resident_id", "last_day"])
    _table(
        "care_contacts",
        _text("kind"),
        _text("code"),
        _text("name"),
        _text("phone"),
        _text("mail"),
        key=("kind", "code"),
    )
