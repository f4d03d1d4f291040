"""Journals folded into the books: the one step that intake takes forward and verification takes again.

A record that the books cannot hold - a number beyond the database, a body that its service cannot read - is
kept as bytes and put up for review; what comes after it in the batch is booked as if it stood alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.posting import (
    Finding,
    JournalKey,
    Link,
    Projections,
    all_of,
    append,
    nothing_to_find,
)
from kiosk.ledger.recovery import RECOVERED, projecting
from kiosk.ledger.sql import insert_rows
from kiosk.services import BUSINESS
from kiosk.services import PROJECTIONS as SERVICES
from sync.office import card_checks
from sync.office.bulk import ROW_FAULTS

OFFICE_ENTRY = ("office_entry", 1)
_FAULTS = (*ROW_FAULTS, msgspec.MsgspecError, ValueError, TypeError, LookupError)


# A recovered record is looked up whatever other journals say, so that each journal is proved by itself.
PROJECTIONS: Projections = {
    **all_of(SERVICES, card_checks.REFUSALS, card_checks.COUNTERS),
    RECOVERED: projecting(all_of(BUSINESS, card_checks.REFUSALS), known_here=False),
    OFFICE_ENTRY: nothing_to_find,
}
# Looks nothing up: money moves, and the finding says what is missing.
_MONEY_ONLY: Projections = dict.fromkeys(PROJECTIONS, nothing_to_find)


def fold(connection: sa.Connection, journal: JournalKey, links: Sequence[Link]) -> list[Finding]:
    """Write links and everything that follows from them; returns what a person should look at."""
    try:
        return _append(connection, journal, links, PROJECTIONS)
    except _FAULTS:
        return [finding for link in links for finding in _fold_one(connection, journal, link)]


def _fold_one(connection: sa.Connection, journal: JournalKey, link: Link) -> list[Finding]:
    try:
        return _append(connection, journal, [link], PROJECTIONS)
    except _FAULTS as error:
        unread = Finding(link.seq, "unread_body", _reason(error))
    try:
        return [*_append(connection, journal, [link], _MONEY_ONLY), unread]
    except _FAULTS as error:
        key = (journal.region_id, journal.journal_id)
        insert_rows(connection, tables.records, [(*key, link.seq, link.raw, link.hash)])
        return [Finding(link.seq, "unbookable", _reason(error))]


def _append(
    connection: sa.Connection, journal: JournalKey, links: Sequence[Link], projections: Projections
) -> list[Finding]:
    with connection.begin_nested():
        return append(connection, journal, links, projections, insert_rows)


def _reason(error: Exception) -> str:
    """The fault in the driver's words, without the statement and its values."""
    return str(getattr(error, "orig", error)).splitlines()[0]
