"""Money in and back, courtesy, visitors."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("original_seq", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("follow_ups_by_original", "follow_ups", ["region_id", "journal_id", "original_seq"])
    op.create_table(
        "clock_marks",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.BigInteger(), nullable=False),
        sa.Column("monotonic_ms", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("blur_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.add_column("devices", sa.Column("block_cursor", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "revision_days",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "day"),
    )
    op.add_column("regions", sa.Column("restored_at_ms", sa.BigInteger(), nullable=True))
    _name_the_journal_of_each_request()
    op.add_column("journals", sa.Column("told_epoch", sa.LargeBinary(8), nullable=True))
    _name_the_key_of_each_device()
    op.add_column("devices", sa.Column("replaces", sa.LargeBinary(16), nullable=True))
    op.add_column("devices", sa.Column("late_until_ms", sa.BigInteger(), nullable=True))
    op.add_column("enrolment_codes", sa.Column("replaces", sa.LargeBinary(16), nullable=True))
    op.add_column("grants", sa.Column("owed", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("grants", sa.Column("home", sa.Boolean(), nullable=False, server_default=sa.true()))
    for name in ("wanted", "recalled", "repaid", "kept"):
        op.add_column("grants", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for name, default in (("home_first_fen", "10000"), ("pool_fen", "4500"), ("two_sites_ms", "600000")):
        op.add_column("regions", sa.Column(name, sa.BigInteger(), nullable=False, server_default=default))
    op.create_table(
        "duplicate_meals",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("meal", sa.Text(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "resident_id", "day", "meal", "journal_id", "account"),
    )
    op.create_table(
        "card_counters",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("card_number", sa.BigInteger(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("sure_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    for name, column in (("card_counters_by_count", "counter"), ("card_counters_by_time", "sure_ms")):
        op.create_index(name, "card_counters", ["region_id", "card_number", column])
    op.add_column("servings", sa.Column("served", sa.SmallInteger(), nullable=False, server_default="1"))
    op.create_table(
        "recovered_records",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("source_journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("source_seq", sa.BigInteger(), nullable=False),
        sa.Column("origin_journal_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("origin_seq", sa.BigInteger(), nullable=False),
        sa.Column("origin_digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
        sqlite_with_rowid=False,
    )
    for name, place in (
        ("recovered_by_source", ["source_journal_id", "source_seq"]),
        ("recovered_by_origin", ["origin_journal_id", "origin_seq"]),
    ):
        op.create_index(name, "recovered_records", ["region_id", *place])


def _name_the_key_of_each_device() -> None:
    """Until now a device has had one key, and its id."""
    op.add_column("devices", sa.Column("key_id", sa.LargeBinary(16), nullable=True))
    op.add_column("devices", sa.Column("former_public_key", sa.LargeBinary(32), nullable=True))
    op.execute("UPDATE devices SET key_id = device_id")
    op.create_index("devices_by_key", "devices", ["region_id", "key_id"], unique=True)


def _name_the_journal_of_each_request() -> None:
    """Until now the office has had one journal of its own."""
    op.add_column("entry_requests", sa.Column("journal_id", sa.LargeBinary(16), nullable=True))
    op.execute(
        "UPDATE entry_requests SET journal_id = (SELECT journal_id FROM journals WHERE device_id IS NULL"
        " AND journals.region_id = entry_requests.region_id)"
    )
    with op.batch_alter_table("entry_requests") as batch:
        batch.alter_column("journal_id", nullable=False)
