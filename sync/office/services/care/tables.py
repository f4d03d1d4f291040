"""What care keeps. No kiosk is told of it, and nothing is paid by it."""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.store.tables import table_of


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


# Occasions that were looked at; `whole`: with all that the site's kiosks had to say.
care_rounds = table_of(
    "care_rounds",
    _text("site"),
    _text("day"),
    _text("occasion"),
    sa.Column("whole", sa.Boolean, nullable=False),
    key=("site", "day", "occasion"),
)

# Residents who stayed away, each until somebody said how they are; see `watches`.
care_watches = table_of(
    "care_watches",
    _number("resident_id"),
    _text("day"),
    _text("occasion"),
    _text("site"),
    sa.Column("times", sa.SmallInteger, nullable=False),
    sa.Column("weekdays", sa.SmallInteger, nullable=False),
    _number("since_ms"),
    _number("closes_ms"),
    _text("state"),
    sa.Column("step", sa.SmallInteger, nullable=False),
    _number("step_at_ms"),
    _text("outcome"),
    sa.Column("ended_at_ms", sa.BigInteger),
    sa.Index("care_watches_by_state", "region_id", "state", "ended_at_ms"),
    key=("resident_id", "day", "occasion"),
)

# What was said and done about each; nothing in it is ever changed.
care_words = table_of(
    "care_words",
    _number("seq"),
    _number("resident_id"),
    _text("day"),
    _text("occasion"),
    _number("at_ms"),
    _text("who"),
    _text("what"),
    _text("note"),
    sa.Index("care_words_by_resident", "region_id", "resident_id", "seq"),
    key=("seq",),
)

# Days on which somebody is known to be away.
care_leaves = table_of(
    "care_leaves",
    _number("seq"),
    _number("resident_id"),
    _text("first_day"),
    _text("last_day"),
    _text("why"),
    _text("who"),
    _number("at_ms"),
    sa.Index("care_leaves_by_resident", "region_id", "resident_id", "last_day"),
    key=("seq",),
)

# Whom to ask: of a building, as a grid worker, of a division.
care_contacts = table_of(
    "care_contacts",
    _text("kind"),
    _text("code"),
    _text("name"),
    _text("phone"),
    _text("mail"),
    key=("kind", "code"),
)
