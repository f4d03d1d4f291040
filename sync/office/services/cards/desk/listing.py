"""All cards, a page at a time, by whose they are and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.residents import Resident
from sync.office.catalogue.published import items_of
from sync.office.people import finding
from sync.office.people.access.areas import Area
from sync.office.people.card_states import KnownCard, with_status
from sync.office.store.tables import catalogue_items

CARDS_PER_PAGE = 50


class CardsShown(StrEnum):
    """Which of them are listed."""

    ALL = ""
    IN_USE = "in_use"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class CardsAsked:
    """What a list is asked for. `after`: the token that the page before ended with."""

    search: str = ""
    site: str = ""
    standing: CardsShown = CardsShown.ALL
    after: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card, and whose it is."""

    known: KnownCard
    owner: Resident


@dataclass(frozen=True, slots=True)
class CardPage:
    lines: Sequence[CardLine]
    next_after: str  # empty: this is the last page


def card_page(connection: sa.Connection, region_id: int, asked: CardsAsked, seen: Area) -> CardPage:
    """Up to `CARDS_PER_PAGE` cards by token, of people at home in an area."""
    card, owner = catalogue_items.alias("card"), catalogue_items.alias("owner")
    joined = (owner.c.region_id == region_id, owner.c.kind == Kind.RESIDENT, owner.c.key == card.c.label)
    query = (
        sa.select(card.c.value, owner.c.value.label("owner"))
        .join_from(card, owner, sa.and_(*joined))
        .where(card.c.region_id == region_id, card.c.kind == Kind.CARD, card.c.value.is_not(None))
        .where(owner.c.value.is_not(None), seen.holds(owner.c.scope, "site:"))
        .order_by(card.c.key)
        .limit(CARDS_PER_PAGE + 1)
    )
    if asked.after:
        query = query.where(card.c.key > asked.after)
    if asked.site:
        query = query.where(owner.c.scope == f"site:{asked.site}")
    if asked.search:
        by_name = owner.c.label.icontains(asked.search, autoescape=True)
        others = [str(each) for each in finding.by_anything_else(connection, region_id, asked.search)]
        query = query.where(by_name | card.c.label.in_(others))
    if asked.standing is not CardsShown.ALL:
        of_it = items_of(region_id, Kind.BLOCK).where(catalogue_items.c.key == card.c.key).exists()
        query = query.where(of_it if asked.standing is CardsShown.BLOCKED else ~of_it)
    rows = connection.execute(query).all()
    shown = rows[:CARDS_PER_PAGE]
    known = with_status(connection, region_id, [decode_value(Kind.CARD, row.value) for row in shown])
    lines = [
        CardLine(each, decode_value(Kind.RESIDENT, row.owner)) for each, row in zip(known, shown, strict=True)
    ]
    more = len(rows) > CARDS_PER_PAGE
    return CardPage(lines, lines[-1].known.card.token if more else "")
