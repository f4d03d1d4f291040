"""What a service is to the office: one value, made in the service's own folder and listed once.

Everything else folds over the list. Its twin at the kiosks is `kiosk.services.contract`; the kinds of records
of a service, and how they are read, lie with the kiosk's half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click
import sqlalchemy as sa
from flask import Blueprint

from kiosk.common.books import Kinds, urgent_of
from kiosk.common.said_once import said_once
from kiosk.ledger.posting import Projections, all_of
from sync.office.api.metrics import Figure
from sync.office.api.openapi import Download
from sync.office.books.folding import derived
from sync.office.books.watching import Watching
from sync.office.console.access.login_changes import LOGIN
from sync.office.console.prices.tables import PriceTable
from sync.office.console.reviewing.settling import DECIDE_REVIEW
from sync.office.console.shown import Shown
from sync.office.importing.invented import Demo, nothing
from sync.office.importing.parts import Part
from sync.office.intake.batch import Check
from sync.office.intake.seen import noting
from sync.office.office import Alerts, Daily, Elsewhere, Offered, Office
from sync.office.people.access.proposals import ProposalKind
from sync.office.people.forgetting import About
from sync.office.people.habits import Habit, SeenKinds

T = TypeVar("T")
HOUSE: Sequence[ProposalKind[Any]] = (LOGIN, DECIDE_REVIEW)


@dataclass(frozen=True, kw_only=True)
class OfficeService:
    """What the office does for one service of the kiosks.

    `kinds`: the records that kiosks write, as they say it. `projections`: what only the office looks up of
    them; `first_hand`: the same, but not of records recovered from another journal. `tables`: those of the
    office's own that these fill, each row from one record. `watches`: what of a journal is believed only
    after what came before, beyond what its kind says of each record. `checks`: what is looked at once a
    batch is booked; `checks_alone`: the same, seeing all that others booked. `daily`: what is done once a
    day. `elsewhere`: where what a kiosk asks for was had already. `habits`: to what people come by the hour.
    `seen`: by kind, whom a record shows to have been there with their card. `commands`: of `office`;
    `reports`: of `office report`. `shown`: what clerks see; `downloads`: their files for programs, as
    `/openapi.json` tells of them; `figures`: what it counts for Prometheus;
    `public`: pages for everybody, which protect themselves.
    `prices`: its tables that money goes by, which are changed in the browser by two people.
    `parts`: what it reads from an import file. `about`: which of its items tell of a resident, and go when
    that resident is forgotten. `proposals`: what of it needs a second person. `beside`: what it looks at
    every few seconds while the office serves. `alerts`: troubles that somebody outside is told of for as long
    as they last. `demo`: what it shows of itself in the demo, with people of its own.
    """

    name: str
    kinds: Kinds
    projections: Projections = field(default_factory=dict)
    first_hand: Projections = field(default_factory=dict)
    tables: Sequence[sa.Table] = ()
    watches: Sequence[Watching] = ()
    checks: Sequence[Check] = ()
    checks_alone: Sequence[Check] = ()
    daily: Sequence[Daily] = ()
    elsewhere: Sequence[Elsewhere] = ()
    habits: Sequence[Habit] = ()
    seen: SeenKinds = field(default_factory=dict)
    commands: Sequence[click.Command] = ()
    reports: Sequence[click.Command] = ()
    shown: Shown = field(default_factory=Shown)
    downloads: Sequence[Download] = ()
    figures: Sequence[Figure] = ()
    public: Sequence[Callable[[Office], Blueprint]] = ()
    prices: Sequence[PriceTable[Any]] = ()
    parts: Sequence[Part] = ()
    about: Sequence[About] = ()
    proposals: Sequence[ProposalKind[Any]] = ()
    beside: Sequence[Callable[[Office], None]] = ()
    alerts: Sequence[Alerts] = ()
    demo: Demo = nothing


def offered(services: Sequence[OfficeService]) -> Offered:
    """The list, folded for whoever opens an office."""
    seen = said_once("seen", [each.seen for each in services])
    return Offered(
        derived=derived(
            [each.kinds for each in services],
            all_of(*(each.projections for each in services)),
            all_of(*(each.first_hand for each in services)),
            every(services, lambda each: each.tables),
            every(services, lambda each: each.watches),
        ),
        is_urgent=urgent_of(each.kinds for each in services),
        listed={each.name: (*each.kinds.tables, *each.tables) for each in services},
        checks=every(services, lambda each: each.checks),
        checks_alone=[*every(services, lambda each: each.checks_alone), noting(seen)],
        daily=every(services, lambda each: each.daily),
        elsewhere=every(services, lambda each: each.elsewhere),
        habits=every(services, lambda each: each.habits),
        parts=every(services, lambda each: each.parts),
        about=every(services, lambda each: each.about),
        proposals=said_once(
            "proposals",
            [
                {each.name: each}
                for each in (
                    *HOUSE,
                    *every(services, lambda each: each.proposals),
                    *(table.proposal for table in every(services, lambda each: each.prices)),
                )
            ],
        ),
        beside=every(services, lambda each: each.beside),
        alerts=every(services, lambda each: each.alerts),
    )


def every(services: Iterable[OfficeService], part: Callable[[OfficeService], Sequence[T]]) -> list[T]:
    """One part of all of them, in the order of the list."""
    return [item for each in services for item in part(each)]
