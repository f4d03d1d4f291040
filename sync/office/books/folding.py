"""Journals folded into the books: the one step that intake takes forward and verification takes again."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.books import business, shared
from kiosk.ledger.keeping import keep
from kiosk.ledger.posting import Finding, JournalKey, Link, Projections, all_of, nothing_to_find
from kiosk.ledger.recovery import RECOVERED, projecting
from kiosk.ledger.sql import insert_rows
from sync.office.services.canteen import extra_sales
from sync.office.services.cards import checks
from sync.office.services.kinds import KINDS

OFFICE_ENTRY = ("office_entry", 1)

# A recovered record is looked up whatever other journals say, so that each journal is proved by itself.
PROJECTIONS: Projections = {
    **all_of(shared(KINDS), checks.REVIEWED, checks.COUNTERS, extra_sales.PROJECTIONS),
    RECOVERED: projecting(
        all_of(business(KINDS), checks.REVIEWED, extra_sales.PROJECTIONS), known_here=False
    ),
    OFFICE_ENTRY: nothing_to_find,
}


def fold(connection: sa.Connection, journal: JournalKey, links: Sequence[Link]) -> list[Finding]:
    """Write links and everything that follows from them; returns what a person should look at."""
    return keep(connection, journal, links, PROJECTIONS, insert_rows)
