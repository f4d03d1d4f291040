"""What only the office knows of residents, what they were before each change, and numbers given out once."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "dossiers",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("mark", sa.LargeBinary(32)),
        sa.Column("turns_on", sa.Text()),
        sa.PrimaryKeyConstraint("region_id", "resident_id"),
    )
    op.create_index("dossiers_by_mark", "dossiers", ["region_id", "mark"], unique=True)
    op.create_index("dossiers_by_turn", "dossiers", ["region_id", "turns_on"])
    op.create_table(
        "resident_changes",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("sheet", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.LargeBinary()),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "seq"),
    )
    op.create_index("resident_changes_by_resident", "resident_changes", ["region_id", "resident_id", "seq"])
    op.create_index("resident_changes_by_sheet", "resident_changes", ["region_id", "sheet", "resident_id"])
    op.create_table(
        "counters",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region_id", "name"),
    )
    op.create_index("catalogue_items_by_label", "catalogue_items", ["region_id", "kind", "label"])
