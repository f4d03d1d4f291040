"""Records are judged: verdicts, what the catalogue said before, and how far a restored office is unsure."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "verdicts",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("of_journal_id", sa.LargeBinary(16), nullable=False),
        sa.Column("of_seq", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "journal_id", "seq"),
    )
    op.create_index("verdicts_by_record", "verdicts", ["region_id", "of_journal_id", "of_seq"])
    op.create_table(
        "catalogue_past",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("until_revision", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "kind", "key", "revision"),
    )
    op.create_table(
        "visitors_granted",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.LargeBinary(16), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "device_id", "account", "at_ms"),
    )
    op.add_column("regions", sa.Column("past_from", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("journals", sa.Column("unsure_to_seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("devices", sa.Column("findings", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("devices", sa.Column("quarantined_at_ms", sa.BigInteger()))
    op.execute("UPDATE regions SET past_from = revision")  # what was said before that is forgotten
