"""A counter's day: shifts, cards, orders, staff."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
