"""Charging: what is looked up of its records, and what was asked for by phone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _of_kiosks()
    _of_the_office()


def _of_kiosks() -> None:
    """What kiosks look up of the records as well."""
    op.create_table(
        "charging_begun",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("charging_begun_by_nonce", "charging_begun", ["region_id", "nonce"])
    op.create_index("charging_begun_by_order", "charging_begun", ["region_id", "order_id"])
    op.create_table(
        "charging_ended",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("pass_s", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("charging_ended_by_order", "charging_ended", ["region_id", "order_id"])
    op.create_index("charging_ended_by_payer", "charging_ended", ["region_id", "resident_id", "at_ms"])
    op.create_table(
        "charging_late",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("charging_late_by_order", "charging_late", ["region_id", "order_id"])
    op.create_table(
        "charging_warned",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("socket", sa.Integer(), nullable=False),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "charging_cleared",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("alarm_journal_id", sa.LargeBinary(), nullable=False),
        sa.Column("alarm_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "charging_cleared_by_alarm", "charging_cleared", ["region_id", "alarm_journal_id", "alarm_seq"]
    )


def _of_the_office() -> None:
    op.create_table(
        "charging_starts",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("socket", sa.BigInteger(), nullable=False),
        sa.Column("tariff_id", sa.Text(), nullable=False),
        sa.Column("tariff_revision", sa.BigInteger(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("of_order", sa.BigInteger(), nullable=False),
        sa.Column("register_wh", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("charging_starts_by_order", "charging_starts", ["region_id", "order_id"])
    op.create_index("charging_starts_by_resident", "charging_starts", ["region_id", "resident_id", "wall_ms"])
    op.create_index(
        "charging_starts_by_socket", "charging_starts", ["region_id", "site", "box", "socket", "wall_ms"]
    )
    op.create_index("charging_starts_by_time", "charging_starts", ["region_id", "wall_ms"])
    op.create_table(
        "charging_bills",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("socket", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tariff_id", sa.Text(), nullable=False),
        sa.Column("tariff_revision", sa.BigInteger(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("of_order", sa.BigInteger(), nullable=False),
        sa.Column("first_wh", sa.BigInteger(), nullable=False),
        sa.Column("last_wh", sa.BigInteger(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False),
        sa.Column("charged_s", sa.BigInteger(), nullable=False),
        sa.Column("dead_s", sa.BigInteger(), nullable=False),
        sa.Column("electricity_fen", sa.BigInteger(), nullable=False),
        sa.Column("service_fen", sa.BigInteger(), nullable=False),
        sa.Column("subsidy_fen", sa.BigInteger(), nullable=False),
        sa.Column("doubtful", sa.BigInteger(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("charging_bills_by_order", "charging_bills", ["region_id", "order_id"])
    op.create_index("charging_bills_by_resident", "charging_bills", ["region_id", "resident_id", "wall_ms"])
    op.create_index(
        "charging_bills_by_socket", "charging_bills", ["region_id", "site", "box", "socket", "wall_ms"]
    )
    op.create_index("charging_bills_by_time", "charging_bills", ["region_id", "wall_ms"])
    op.create_table(
        "charging_answers",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("power_dw", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("charging_answers_by_order", "charging_answers", ["region_id", "order_id"])
    op.create_table(
        "charging_lates",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("socket", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger()),
        sa.Column("charged_s", sa.BigInteger()),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("charging_lates_by_time", "charging_lates", ["region_id", "wall_ms"])
    op.create_table(
        "charging_alarms",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("socket", sa.BigInteger(), nullable=False),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("charging_alarms_by_time", "charging_alarms", ["region_id", "wall_ms"])
    op.create_table(
        "charging_asked",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(16), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("socket", sa.BigInteger(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "order_id"),
    )
    op.create_index("charging_asked_by_resident", "charging_asked", ["region_id", "resident_id", "until_ms"])
    op.create_table(
        "charging_joined",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(16), nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "nonce"),
    )
    op.create_table(
        "charging_alerted",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("alerted_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
