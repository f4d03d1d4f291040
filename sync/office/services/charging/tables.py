"""What the office looks up of charging. Each row of `TABLES` comes from one record and can be made again.

Of the others, what was asked for by phone is kept for as long as somebody may ask what became of it.
A session has a row in `charging_starts`, one in `charging_bills` once it has ended, and in `charging_answers`
what is told to whoever waits at a phone.
"""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.store.tables import table_of


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _of_record(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """By the record that says it; `wall_ms` is when."""
    journal = sa.Column("journal_id", sa.LargeBinary(16), nullable=False)
    return table_of(name, journal, _number("seq"), _number("wall_ms"), *columns, key=("journal_id", "seq"))


charging_starts = _of_record(
    "charging_starts",
    _text("order_id"),
    _number("resident_id"),
    _number("started_by"),
    _text("means"),
    _text("site"),
    _text("box"),
    _number("socket"),
    _text("tariff_id"),
    _number("tariff_revision"),
    _number("cap_fen"),
    _text("register"),  # empty: the box has none
    _number("of_order"),  # 1: the register counts one order, from 0
    _number("register_wh"),
    sa.Column("nonce", sa.LargeBinary(16), nullable=False),
    sa.Index("charging_starts_by_order", "region_id", "order_id"),
    sa.Index("charging_starts_by_socket", "region_id", "site", "box", "socket", "wall_ms"),
    sa.Index("charging_starts_by_time", "region_id", "wall_ms"),
    sa.Index("charging_starts_by_resident", "region_id", "resident_id", "wall_ms"),
)

charging_bills = _of_record(
    "charging_bills",
    _text("order_id"),
    _number("resident_id"),
    _text("site"),
    _text("box"),
    _number("socket"),
    _text("reason"),
    _text("tariff_id"),
    _number("tariff_revision"),
    _text("register"),
    _number("of_order"),
    _number("first_wh"),
    _number("last_wh"),
    _number("energy_wh"),
    _number("charged_s"),
    _number("dead_s"),
    _number("electricity_fen"),
    _number("service_fen"),
    _number("subsidy_fen"),
    _number("doubtful"),
    _number("from_ms"),  # when current began to flow, as far as its times tell
    sa.Index("charging_bills_by_order", "region_id", "order_id"),
    sa.Index("charging_bills_by_socket", "region_id", "site", "box", "socket", "wall_ms"),
    sa.Index("charging_bills_by_time", "region_id", "wall_ms"),
    sa.Index("charging_bills_by_resident", "region_id", "resident_id", "wall_ms"),
)

charging_answers = _of_record(
    "charging_answers",
    _text("order_id"),
    _text("site"),
    _text("reason"),  # why it was refused; empty: current flows
    _number("power_dw"),
    sa.Index("charging_answers_by_order", "region_id", "order_id"),
)

charging_lates = _of_record(
    "charging_lates",
    _text("order_id"),
    _text("site"),
    _text("box"),
    _number("socket"),
    _text("reason"),
    _number("energy_wh", nullable=True),
    _number("charged_s", nullable=True),
    sa.Index("charging_lates_by_time", "region_id", "wall_ms"),
)

charging_alarms = _of_record(
    "charging_alarms",
    _text("site"),
    _text("box"),
    _number("socket"),  # 0: the whole box
    _text("alarm"),
    _text("what"),  # `on`, `off`, or `cleared` by a technician
    _text("operator"),
    _text("note"),
    sa.Index("charging_alarms_by_time", "region_id", "wall_ms"),
)

# What somebody asked for with a phone: to be done by the kiosk when it hears of it, or with a code.
charging_asked = table_of(
    "charging_asked",
    _text("order_id"),  # of a code that started nothing yet: its nonce
    sa.Column("nonce", sa.LargeBinary(16), nullable=False),  # empty: no code
    _number("resident_id"),
    _text("site"),
    _text("box"),
    _number("socket"),
    _number("cap_fen"),
    _number("asked_ms"),
    _number("until_ms"),  # later it is not carried out, and nothing is set aside for it
    sa.Index("charging_asked_by_resident", "region_id", "resident_id", "until_ms"),
    key=("order_id",),
)

# Codes that have joined a phone and a card; each does so once.
charging_joined = table_of(
    "charging_joined",
    sa.Column("nonce", sa.LargeBinary(16), nullable=False),
    _number("joined_ms"),
    key=("nonce",),
)

TABLES = (charging_starts, charging_bills, charging_answers, charging_lates, charging_alarms)
