"""Journals folded into the books: the one step that intake takes forward and verification takes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.books import Kinds, business, shared
from kiosk.ledger.clock_records import clock_marks
from kiosk.ledger.follow_ups import follow_ups
from kiosk.ledger.keeping import keep
from kiosk.ledger.posting import Finding, JournalKey, Link, Projections, all_of, nothing_to_find
from kiosk.ledger.recovery import RECOVERED, projecting, recovered_records
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import balances, postings, records

OFFICE_ENTRY = ("office_entry", 1)
ALWAYS = (records, postings, balances, follow_ups, clock_marks, recovered_records)
OWN: Projections = {OFFICE_ENTRY: nothing_to_find}  # what the office's own journal holds


@dataclass(frozen=True, slots=True)
class Derived:
    """What is derived from journals, and by what. `tables` can be made again from the records alone."""

    projections: Projections
    tables: Sequence[sa.Table]


def derived(
    kinds: Sequence[Kinds], projections: Projections, first_hand: Projections, tables: Sequence[sa.Table]
) -> Derived:
    """What counters look up of these kinds, and what the office does beside it.

    `first_hand` is not looked up of records that were recovered from another journal. Those are looked up
    whatever other journals say, so that each journal is proved by itself.
    """
    by_kind = {
        **all_of(shared(kinds), projections, first_hand),
        RECOVERED: projecting(all_of(business(kinds), projections), known_here=False),
        **OWN,
    }
    of_counters = [table for each in kinds for table in each.tables]
    return Derived(by_kind, [*ALWAYS, *of_counters, *tables])


def fold(
    connection: sa.Connection, journal: JournalKey, links: Sequence[Link], projections: Projections
) -> list[Finding]:
    """Write links and everything that follows from them; returns what a person should look at."""
    return keep(connection, journal, links, projections, insert_rows)
