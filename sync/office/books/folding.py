"""Journals folded into the books: the one step that intake takes forward and verification takes again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.common.books import Kinds, business, shared
from kiosk.common.said_once import said_once
from kiosk.ledger.audit.judging import Judges
from kiosk.ledger.audit.judging import judges as of_the_ledger
from kiosk.ledger.audit.keeping import keep
from kiosk.ledger.audit.recovery import RECOVERED, projecting, recovered_records
from kiosk.ledger.follow_ups import PROJECTIONS as FOLLOW_UPS
from kiosk.ledger.follow_ups import follow_ups
from kiosk.ledger.holds import PROJECTIONS as HOLDS
from kiosk.ledger.holds import holds
from kiosk.ledger.machine.clock_records import clock_marks
from kiosk.ledger.posting import Finding, JournalKey, Link, Projections, all_of
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import balances, postings, records
from sync.office.books import filings, verdicts
from sync.office.books.bank import bank_topups, bankings
from sync.office.books.watching import Watching
from sync.office.store import tables as office_tables

ALWAYS = (records, postings, balances, follow_ups, holds, clock_marks, recovered_records)
# What the office's own journal holds.
OWN: Projections = all_of(*(each.PROJECTIONS for each in (verdicts, filings, bankings, bank_topups)))


@dataclass(frozen=True, slots=True)
class Derived:
    """What is derived from journals, and by what. `tables` can be made again from the records alone.

    `judges` say what of it is believed, each record by itself, and `watches` one after the other.
    `following`: the kinds that give back or settle what an earlier record did.
    """

    projections: Projections
    tables: Sequence[sa.Table]
    judges: Judges
    watches: Sequence[Watching]
    following: Collection[tuple[str, int]]


def derived(
    kinds: Sequence[Kinds],
    projections: Projections,
    first_hand: Projections,
    tables: Sequence[sa.Table],
    watches: Sequence[Watching],
) -> Derived:
    """What counters look up of these kinds, and what the office does beside it.

    `first_hand` is not looked up of records that were recovered from another journal. Those are looked up
    whatever other journals say, so that each journal is proved by itself. Raises `SaidTwice`.
    """
    by_kind = {
        **all_of(shared(kinds), projections, first_hand),
        RECOVERED: projecting(all_of(business(kinds), projections), known_here=False),
        **OWN,
    }
    own_kinds = [purpose for each in kinds for purpose in each.settles.values()]
    judges = said_once("judges", [of_the_ledger(own_kinds), *(each.judges for each in kinds)])
    of_counters = [table for each in kinds for table in each.tables]
    of_office = (office_tables.verdicts, office_tables.filings, office_tables.bankings)
    own = [*ALWAYS, *of_office, office_tables.bank_topups]
    following = {*FOLLOW_UPS, *HOLDS, *(kind for each in kinds for kind in each.settles)}
    return Derived(by_kind, [*own, *of_counters, *tables], judges, watches, following)


def fold(
    connection: sa.Connection,
    journal: JournalKey,
    links: Sequence[Link],
    projections: Projections,
    suspended: Collection[int] = (),
) -> list[Finding]:
    """Write links and everything that follows from them; returns what a person should look at.

    Nothing follows from those `suspended`, by seq, but what they say on suspense; see `judging`.
    """
    return keep(connection, journal, links, projections, insert_rows, suspended)
