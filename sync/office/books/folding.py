"""Journals folded into the books: the one step that intake takes forward and verification takes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger import tables as ledger
from kiosk.ledger.clock_records import PROJECTIONS as CLOCK
from kiosk.ledger.follow_ups import PROJECTIONS as FOLLOW_UPS
from kiosk.ledger.holds import PROJECTIONS as HOLDS
from kiosk.ledger.keeping import keep
from kiosk.ledger.lifecycle import PROJECTIONS as LIFECYCLE
from kiosk.ledger.posting import Finding, JournalKey, Link, Projections, all_of, nothing_to_find
from kiosk.ledger.recovery import RECOVERED, projecting
from kiosk.ledger.sql import insert_rows
from kiosk.people.records import PROJECTIONS as CARDS

OFFICE_ENTRY = ("office_entry", 1)
OWN: Projections = {OFFICE_ENTRY: nothing_to_find}  # what the office's own journal holds


@dataclass(frozen=True, slots=True)
class Derived:
    """What is derived from journals, and by what. `tables` can be made again from the records alone."""

    projections: Projections
    tables: Sequence[sa.Table]


def derived(projections: Projections, first_hand: Projections, tables: Sequence[sa.Table]) -> Derived:
    """What services look up, with what everybody does.

    `first_hand` is not looked up of records that were recovered from another journal. Those are looked up
    whatever other journals say, so that each journal is proved by itself.
    """
    business = all_of(FOLLOW_UPS, HOLDS, CARDS, projections)
    by_kind = {
        **all_of(LIFECYCLE, CLOCK, business, first_hand),
        RECOVERED: projecting(business, known_here=False),
        **OWN,
    }
    return Derived(by_kind, [*ledger.metadata.sorted_tables, *tables])


def fold(
    connection: sa.Connection, journal: JournalKey, links: Sequence[Link], projections: Projections
) -> list[Finding]:
    """Write links and everything that follows from them; returns what a person should look at."""
    return keep(connection, journal, links, projections, insert_rows)
