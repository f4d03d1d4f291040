"""What the office looks up about meals, beyond what counters do."""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.store.tables import table_of

# What the office bears of each record that handed out a subsidised portion a second time; see `duplicates`.
duplicate_meals = table_of(
    "duplicate_meals",
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Text, nullable=False),  # ISO date
    sa.Column("meal", sa.Text, nullable=False),
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("account", sa.Text, nullable=False),  # the programme's
    sa.Column("fen", sa.BigInteger, nullable=False),  # now; 0 if it turned out to be none
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),  # how often it was changed
    key=("resident_id", "day", "meal", "journal_id", "account"),
)

# What was sold beside residents' meals; see `extra_sales`.
extra_sales = table_of(
    "extra_sales",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),  # 0: paid in cash
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False),  # ISO date
    sa.Column("meal", sa.Text, nullable=False),  # empty: between meals
    sa.Column("guests", sa.BigInteger, nullable=False),  # meals of guests, below zero where taken back
    sa.Column("fen", sa.BigInteger, nullable=False),  # below zero where given back
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    sa.Index("extra_sales_by_day", "region_id", "day", "site"),
    key=("journal_id", "seq"),
)

# How often a card's chip said it had been read when it paid; see `card_counters`.
card_counters = table_of(
    "card_counters",
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("card_number", sa.BigInteger, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    sa.Column("sure_ms", sa.BigInteger),  # Unix time; NULL where the kiosk's clock was not confirmed
    sa.Index("card_counters_by_count", "region_id", "card_number", "counter"),
    sa.Index("card_counters_by_time", "region_id", "card_number", "sure_ms"),
    key=("journal_id", "seq"),
)
