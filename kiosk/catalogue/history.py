"""What the journals before this one held, brought back by the sync process from the office.

Records of a kiosk that this one replaces, or of an incarnation whose file is lost: their portions count as
had, and they can be exported. They are never sent anywhere, and no money is counted from them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.ledger.audit.export import export_line

metadata = sa.MetaData()

# In `catalogue.db`. The columns from `resident_id` on are filled for portions, to be looked up.
history = sa.Table(
    "history",
    metadata,
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("resident_id", sa.BigInteger),
    sa.Column("day", sa.Text),  # ISO date
    sa.Column("meal", sa.Text),
    sa.Column("portion", sa.SmallInteger),
    sa.Column("served", sa.SmallInteger),  # 1 for a portion handed out, -1 for one that was undone
    sa.Column("wall_ms", sa.BigInteger),
    sa.PrimaryKeyConstraint("journal_id", "seq"),
    sa.Index("history_by_resident", "resident_id", "day", "meal"),
    sqlite_with_rowid=False,
)

IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'history'"
HOLDS_ANY = "SELECT 1 FROM history LIMIT 1"
SERVINGS = (
    "SELECT journal_id, seq, portion, served, wall_ms FROM history"
    " WHERE resident_id = ? AND day = ? AND meal = ?"
)
LAST_PORTIONS = (
    "SELECT day, meal, served, raw FROM history WHERE resident_id = ? ORDER BY day DESC, wall_ms DESC LIMIT ?"
)


def earlier_lines(connection: sa.Connection) -> Iterator[str]:
    """What is held as JSON lines, journal by journal; of a connection to `catalogue.db`."""
    if not sa.inspect(connection).has_table(history.name):
        return
    h = history.c
    query = sa.select(h.journal_id, h.seq, h.raw, h.hash).order_by(h.journal_id, h.seq)
    for row in connection.execute(query.execution_options(yield_per=2000)):
        yield export_line(*row)
