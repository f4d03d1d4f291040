"""All cards, a page at a time, by whose they are and how they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.cards import Card, CardStatus
from kiosk.people.residents import Resident, ResidentStatus
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
    rows = connection.execute(_cards(connection, region_id, asked, seen).limit(CARDS_PER_PAGE + 1)).all()
    shown = rows[:CARDS_PER_PAGE]
    known = with_status(connection, region_id, [decode_value(Kind.CARD, row.value) for row in shown])
    lines = [
        CardLine(each, decode_value(Kind.RESIDENT, row.owner)) for each, row in zip(known, shown, strict=True)
    ]
    more = len(rows) > CARDS_PER_PAGE
    return CardPage(lines, lines[-1].known.card.token if more else "")


def paper_cards(
    connection: sa.Connection, region_id: int, asked: CardsAsked, seen: Area, most: int, today: date
) -> list[tuple[Card, Resident]]:
    """Codes on paper that are in use and have not expired, up to so many."""
    in_use = replace(asked, standing=CardsShown.IN_USE, after="qr:")
    query = _cards(connection, region_id, in_use, seen, before="qr;")  # `;` comes after `:`
    found: list[tuple[Card, Resident]] = []
    for row in connection.execute(query.execution_options(yield_per=most)):
        card = decode_value(Kind.CARD, row.value)
        if card.status is CardStatus.ACTIVE and card.last_day >= today:
            found.append((card, decode_value(Kind.RESIDENT, row.owner)))
        if len(found) == most:
            break
    return found


def without_card(
    connection: sa.Connection, region_id: int, asked: CardsAsked, seen: Area, most: int
) -> list[Resident]:
    """Who has no card that is in use, up to so many."""
    owner, card = catalogue_items.alias("owner"), catalogue_items.alias("card")
    theirs = (card.c.region_id == region_id, card.c.kind == Kind.CARD, card.c.label == owner.c.key)
    good = sa.exists().where(*theirs, card.c.value.is_not(None), ~_is_blocked(region_id, card))
    query = (
        sa.select(owner.c.value)
        .where(owner.c.region_id == region_id, owner.c.kind == Kind.RESIDENT, ~good)
        .where(*_are_asked_for(connection, region_id, asked, seen, owner))
        .order_by(owner.c.key)
        .limit(most)
    )
    found = [decode_value(Kind.RESIDENT, value) for value in connection.execute(query).scalars()]
    return [each for each in found if each.status is ResidentStatus.ACTIVE]


def _cards(
    connection: sa.Connection, region_id: int, asked: CardsAsked, seen: Area, before: str = ""
) -> sa.Select[tuple[bytes, bytes]]:
    """By token, each with its owner."""
    card, owner = catalogue_items.alias("card"), catalogue_items.alias("owner")
    joined = (owner.c.region_id == region_id, owner.c.kind == Kind.RESIDENT, owner.c.key == card.c.label)
    query = (
        sa.select(card.c.value, owner.c.value.label("owner"))
        .join_from(card, owner, sa.and_(*joined))
        .where(card.c.region_id == region_id, card.c.kind == Kind.CARD, card.c.value.is_not(None))
        .where(*_are_asked_for(connection, region_id, asked, seen, owner))
        .order_by(card.c.key)
    )
    if asked.search:  # said of the card as well: a database goes by its label then, and not through all cards
        query = query.where(finding.found(region_id, asked.search, card.c.label))
    if asked.after:
        query = query.where(card.c.key > asked.after)
    if before:
        query = query.where(card.c.key < before)
    if asked.standing is not CardsShown.ALL:
        blocked = _is_blocked(region_id, card)
        query = query.where(blocked if asked.standing is CardsShown.BLOCKED else ~blocked)
    return query


def _are_asked_for(
    connection: sa.Connection, region_id: int, asked: CardsAsked, seen: Area, owner: sa.FromClause
) -> Iterator[sa.ColumnElement[bool]]:
    yield owner.c.value.is_not(None)
    yield seen.holds_residents(region_id, owner)
    if asked.site:
        yield owner.c.scope == f"site:{asked.site}"
    if asked.search:
        yield finding.found(region_id, asked.search, owner.c.key)


def _is_blocked(region_id: int, card: sa.FromClause) -> sa.ColumnElement[bool]:
    return items_of(region_id, Kind.BLOCK).where(catalogue_items.c.key == card.c.key).exists()
