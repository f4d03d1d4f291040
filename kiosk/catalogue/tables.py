"""The tables of `catalogue.db`."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

items = sa.Table(
    "items",
    metadata,
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("kind", "key"),
    sqlite_with_rowid=False,
)

# One row: how the sync process stands with the office. The kiosk shows it, sets its clock by it, and can do
# without: at `monotonic_ms` of the boot `boot_id`, the office's clock had shown `at_ms` at most `rtt_ms` ago.
contact = sa.Table(
    "contact",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),  # last answer from the office, Unix time
    sa.Column("acked_seq", sa.BigInteger, nullable=False),
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("boot_id", sa.Text, nullable=False),
    sa.Column("monotonic_ms", sa.BigInteger, nullable=False),
    sa.Column("rtt_ms", sa.BigInteger, nullable=False),
)

# What the office holds against a journal, from record `seq` on: see `kiosk.journal.incarnation`.
objections = sa.Table(
    "objections",
    metadata,
    sa.Column("journal_id", sa.LargeBinary(16), primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
)

# Pictures of residents, out of the way of what a tap looks up: of each the one that their entry names.
photos = sa.Table(
    "photos",
    metadata,
    sa.Column("resident_id", sa.BigInteger, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("image", sa.LargeBinary, nullable=False),
)

# What a resident can be found by, for somebody who has forgotten the card; written beside the items.
names = sa.Table(
    "names",
    metadata,
    sa.Column("term", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),  # of the resident's item
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),  # 0, or 1 for a rarer reading of the name
    sa.Index("names_by_key", "key"),
    sqlite_with_rowid=False,
)
