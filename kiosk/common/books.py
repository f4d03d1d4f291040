"""What is looked up of the records, folded over the services' kinds: at a counter and at the office alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from kiosk.common.said_once import said_once
from kiosk.ledger.audit.folding import Derived
from kiosk.ledger.audit.judging import Judges
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.audit.recovery import RECOVERED, as_first_written, projecting, recovered_records
from kiosk.ledger.follow_ups import PROJECTIONS as FOLLOW_UPS
from kiosk.ledger.follow_ups import follow_ups
from kiosk.ledger.holds import PROJECTIONS as HOLDS
from kiosk.ledger.holds import SETTLING, holds
from kiosk.ledger.journal import requests
from kiosk.ledger.machine.clock_records import PROJECTIONS as CLOCK
from kiosk.ledger.machine.clock_records import clock_marks
from kiosk.ledger.machine.lifecycle import BOOTS, boots
from kiosk.ledger.machine.lifecycle import PROJECTIONS as LIFECYCLE
from kiosk.ledger.posting import Project, Projections, all_of, nothing_to_find
from kiosk.ledger.records import Record
from kiosk.ledger.rights import RETURN
from kiosk.people.records import PROJECTIONS as CARDS

RETURNS: Projections = {RETURN: nothing_to_find}

IsUrgent = Callable[[Record], bool]


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """The records of one service, as far as tables follow from them.

    `projections`: by kind, its own or another's. `tables`: those that they fill, each row from one record.
    `judges`: what each kind may move, as the office judges it; a kind without a judge may move nothing.
    `settles`: kinds of its own that settle a hold, and what the purposes of such holds begin with; those are
    captured by nothing else. `takes_cash`: kinds by which cash comes into a box. `of_cash`: what is looked up
    of every such kind, whosever it is. `urgent`: kinds of which the office hears some before their turn, so
    that none waits behind a backlog; which of them, each says.
    """

    projections: Projections
    tables: tuple[sa.Table, ...] = ()
    judges: Judges = field(default_factory=dict)
    settles: Mapping[tuple[str, int], str] = field(default_factory=dict)
    takes_cash: Collection[tuple[str, int]] = ()
    of_cash: Project | None = None
    urgent: Mapping[tuple[str, int], IsUrgent] = field(default_factory=dict)


def urgent_of(several: Iterable[Kinds]) -> IsUrgent:
    """Whether the office should hear of a record before its turn. What cannot be read is not urgent.

    One that was recovered from another journal is as urgent as it was there.
    """
    kinds = said_once("urgent", [each.urgent for each in several])

    def is_urgent(record: Record) -> bool:
        try:
            written = as_first_written(record)
            asked = kinds.get((written.kind, written.version))
            return asked is not None and asked(written)
        except FAULTS:
            return False

    return is_urgent


def business(several: Iterable[Kinds]) -> Projections:
    """What can be recovered from another journal."""
    kinds = list(several)
    settling = [dict.fromkeys(each.settles, SETTLING) for each in kinds]
    return all_of(FOLLOW_UPS, HOLDS, RETURNS, CARDS, *settling, of_services(kinds))


def of_services(several: Iterable[Kinds]) -> Projections:
    """What fills the services' own tables, and no other: it is looked up of earlier journals, too."""
    kinds = list(several)
    cash = [each for service in kinds for each in service.takes_cash]
    of_cash = [dict.fromkeys(cash, each.of_cash) for each in kinds if each.of_cash is not None]
    return all_of(*(each.projections for each in kinds), *of_cash)


def shared(several: Iterable[Kinds]) -> Projections:
    """What counter and office look up alike."""
    return all_of(LIFECYCLE, CLOCK, business(several))


def of_a_counter(several: Iterable[Kinds]) -> Derived:
    """What a counter's file must say."""
    kinds = list(several)
    return Derived(
        by_seq=(
            follow_ups,
            holds,
            clock_marks,
            recovered_records,
            *(table for each in kinds for table in each.tables),
        ),
        kept=(requests, boots),
        projections={
            **all_of(shared(kinds), BOOTS),
            RECOVERED: projecting(business(kinds), known_here=True),
        },
    )
