"""Records that exist already, folded into tables whatever they say: at the office, and wherever tables are
made anew.

A record that the tables cannot hold - a number beyond the database, a body that its service cannot read - is
kept as bytes and named for review; what comes after it is booked as if it stood alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.posting import Finding, InsertRows, JournalKey, Link, Projections, append, nothing_to_find

# What a database says to a row that it cannot hold: a number too large, a character it does not know, a key
# that is taken. The row is at fault, not the connection.
ROW_FAULTS = (sa.exc.DataError, sa.exc.IntegrityError, OverflowError)
FAULTS = (*ROW_FAULTS, msgspec.MsgspecError, ValueError, TypeError, LookupError)


def keep(
    connection: sa.Connection,
    journal: JournalKey,
    links: Sequence[Link],
    projections: Projections,
    insert_rows: InsertRows,
    suspended: Collection[int] = (),
) -> list[Finding]:
    """Write links and everything that follows from them; returns what a person should look at.

    Of those `suspended`, by seq, nothing follows; see `posting.append`.
    """
    try:
        return _append(connection, journal, links, projections, insert_rows, suspended)
    except FAULTS:
        return [
            finding
            for link in links
            for finding in _keep_one(connection, journal, link, projections, insert_rows, suspended)
        ]


def _keep_one(
    connection: sa.Connection,
    journal: JournalKey,
    link: Link,
    projections: Projections,
    insert_rows: InsertRows,
    suspended: Collection[int] = (),
) -> list[Finding]:
    try:
        return _append(connection, journal, [link], projections, insert_rows, suspended)
    except FAULTS as error:
        unread = Finding(link.seq, "unread_body", _reason(error))
    money_only = dict.fromkeys(projections, nothing_to_find)
    try:
        return [*_append(connection, journal, [link], money_only, insert_rows, suspended), unread]
    except FAULTS as error:
        key = (journal.region_id, journal.journal_id)
        insert_rows(connection, tables.records, [(*key, link.seq, link.raw, link.hash)])
        return [Finding(link.seq, "unbookable", _reason(error))]


def _append(
    connection: sa.Connection,
    journal: JournalKey,
    links: Sequence[Link],
    projections: Projections,
    insert_rows: InsertRows,
    suspended: Collection[int] = (),
) -> list[Finding]:
    with connection.begin_nested():
        return append(connection, journal, links, projections, insert_rows, suspended)


def _reason(error: Exception) -> str:
    """The fault in the driver's words, without the statement and its values."""
    return str(getattr(error, "orig", error)).splitlines()[0]
