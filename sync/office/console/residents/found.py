"""Residents as the office looks them up, a page at a time, with what they own.

A card's label in the catalogue is its owner's number, so that a resident's cards are found by it. A balance
is summed over the journals, whose rows are found by key: one look-up per journal and resident shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.tables import balances
from kiosk.people.residents import Resident
from sync.office.catalogue.published import items_of, residents_by_id
from sync.office.console.door.acting import looked_at
from sync.office.console.door.guard import area
from sync.office.people import finding
from sync.office.people.access.areas import EVERYWHERE, Area
from sync.office.people.card_states import KnownCard, with_status
from sync.office.store.tables import catalogue_items, journals

RESIDENTS_PER_PAGE = 50


def people_shown(
    connection: sa.Connection, region_id: int, resident_ids: Iterable[int]
) -> Mapping[int, Resident]:
    """Residents whom a page names, by number, and noted as looked at; 0 is nobody.

    Of somebody at home where the clerk may not look only the number is shown.
    """
    found = residents_by_id(connection, region_id, {*resident_ids} - {0})
    mine = {number: each for number, each in found.items() if area().has_resident(each)}
    looked_at(mine)
    return mine


@dataclass(frozen=True, slots=True)
class ResidentLine:
    """A resident, the balance of own money, and the cards that speak for it."""

    resident: Resident
    balance_fen: int
    cards: Sequence[KnownCard]


@dataclass(frozen=True, slots=True)
class ResidentPage:
    lines: Sequence[ResidentLine]
    next_after: int | None  # the id to ask for the next page with; None: this is the last page


def resident_page(
    connection: sa.Connection, region_id: int, search: str = "", after: int = 0, seen: Area = EVERYWHERE
) -> ResidentPage:
    """Up to `RESIDENTS_PER_PAGE` residents of an area by number whom `search` finds, past the one given."""
    key = catalogue_items.c.key
    by_number = (sa.func.length(key), key)
    query = items_of(region_id, Kind.RESIDENT).order_by(*by_number).limit(RESIDENTS_PER_PAGE + 1)
    query = query.where(seen.holds_residents(region_id, catalogue_items))
    if search:
        query = query.where(finding.found(region_id, search))
    if after:
        place = (sa.literal(len(str(after))), sa.literal(str(after)))
        query = query.where(sa.tuple_(*by_number) > sa.tuple_(*place))
    residents = [decode_value(Kind.RESIDENT, row.value) for row in connection.execute(query)]
    shown = residents[:RESIDENTS_PER_PAGE]
    more = len(residents) > RESIDENTS_PER_PAGE
    return ResidentPage(_lines(connection, region_id, shown), shown[-1].id if more else None)


def resident_line(connection: sa.Connection, region_id: int, resident_id: int) -> ResidentLine | None:
    found = residents_by_id(connection, region_id, [resident_id]).values()
    return next(iter(_lines(connection, region_id, list(found))), None)


def _lines(
    connection: sa.Connection, region_id: int, residents: Sequence[Resident]
) -> Sequence[ResidentLine]:
    ids = [resident.id for resident in residents]
    balance_fen = _balances(connection, region_id, ids)
    cards = _cards(connection, region_id, ids)
    return [ResidentLine(each, balance_fen.get(each.id, 0), cards[each.id]) for each in residents]


def _balances(connection: sa.Connection, region_id: int, resident_ids: Iterable[int]) -> Mapping[int, int]:
    accounts = {str(own_money(each)): each for each in resident_ids}
    rows = connection.execute(
        sa.select(
            balances.c.account,
            sa.cast(sa.func.sum(balances.c.credits - balances.c.debits), sa.BigInteger).label("fen"),
        )
        .join_from(
            journals,
            balances,
            (balances.c.region_id == journals.c.region_id) & (balances.c.journal_id == journals.c.journal_id),
        )
        .where(
            journals.c.region_id == region_id,
            balances.c.unit == Unit.FEN,
            balances.c.account.in_(list(accounts)),
        )
        .group_by(balances.c.account)
    )
    return {accounts[row.account]: row.fen for row in rows}


def _cards(
    connection: sa.Connection, region_id: int, resident_ids: Iterable[int]
) -> Mapping[int, Sequence[KnownCard]]:
    labels = [str(each) for each in resident_ids]
    query = items_of(region_id, Kind.CARD).where(catalogue_items.c.label.in_(labels))
    found = [decode_value(Kind.CARD, row.value) for row in connection.execute(query)]
    cards: dict[int, list[KnownCard]] = defaultdict(list)
    for each in with_status(connection, region_id, found):
        cards[each.card.resident_id].append(each)
    return cards
