"""Whatever was booked on an account is found by its name: a resident's whole account is read at once."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_index("postings_by_account", "postings", ["region_id", "account"])
