"""Cash from before there were shifts is named as its records are."""

from alembic import op

from kiosk.store.migrations.early_cash import name_early_cash

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    name_early_cash(op.get_bind())
