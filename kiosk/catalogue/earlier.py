"""What the journals before this one held, brought back by the sync process from the office.

Records of a kiosk that this one replaces, or of an incarnation whose file is lost: services look them up, so
that a portion of theirs counts as had, and they can be exported. They are never sent anywhere, and no money
is counted from them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.ledger.audit.export import export_line

metadata = sa.MetaData()

# In `catalogue.db`. Files of before 0.5.0 have more columns, which nobody reads any more.
history = sa.Table(
    "history",
    metadata,
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.PrimaryKeyConstraint("journal_id", "seq"),
    sqlite_with_rowid=False,
)

# The services' own tables, filled from those records as the journal's file fills its own, and each as it was
# made: where services or their tables are others by now, all are made anew, see `sync.local.lookups`.
looked_up = sa.Table(
    "looked_up",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("made_by", sa.Text, nullable=False),  # the statement
)

IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'looked_up'"
LOOKED_UP = "SELECT name FROM looked_up WHERE EXISTS (SELECT 1 FROM history)"


def earlier_lines(connection: sa.Connection) -> Iterator[str]:
    """What is held as JSON lines, journal by journal; of a connection to `catalogue.db`."""
    if not sa.inspect(connection).has_table(history.name):
        return
    h = history.c
    query = sa.select(h.journal_id, h.seq, h.raw, h.hash).order_by(h.journal_id, h.seq)
    for row in connection.execute(query.execution_options(yield_per=2000)):
        yield export_line(*row)
