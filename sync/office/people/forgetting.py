"""Somebody who has left: withdrawn from every kiosk. The books keep the number, and nothing else is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import courtesy, held, own_money
from kiosk.ledger.tables import balances
from kiosk.plain.refusals import Refusal
from sync.office.catalogue.publishing import withdraw
from sync.office.people.register.keeping import RESIDENTS
from sync.office.rights import rights
from sync.office.store import counting
from sync.office.store.tables import catalogue_items, catalogue_past, dossiers, resident_changes
from sync.office.store.turns import alone

# Which items of a service tell of a resident.
About = Callable[[int], sa.ColumnElement[bool]]
_BY_TOKEN = (Kind.CARD_KEY, Kind.PERSONALISATION, Kind.CARD)  # a block stays: it names nobody


class NobodyThere(Refusal):
    """No resident of this number is known."""

    code = "nobody_there"
    resident_id: int


class NotSettled(Refusal):
    """Money is left, or owed: it is paid out or booked off first, while it is known whose it is."""

    code = "not_settled"
    left: str  # what, by account and unit


def forget(connection: sa.Connection, region_id: int, resident_id: int, about: Sequence[About]) -> int:
    """Withdraw a resident with picture, cards, keys and what services have `about` them; returns how many
    items that were.

    Raises `NobodyThere` or `NotSettled`.
    """
    alone(connection, region_id)
    items = list(_items(connection, region_id, resident_id, about))
    if (Kind.RESIDENT, str(resident_id)) not in items:
        raise NobodyThere(resident_id=resident_id)
    _check_settled(connection, region_id, resident_id)
    for kind, key in items:
        withdraw(connection, region_id, kind, key)
    _clear_tombstones(connection, region_id, resident_id)
    _clear_past(connection, region_id, resident_id)
    _clear_dossier(connection, region_id, resident_id)
    rights.refresh(connection, region_id, [own_money(resident_id)])
    return len(items)


def _check_settled(connection: sa.Connection, region_id: int, resident_id: int) -> None:
    c = balances.c
    theirs = (own_money(resident_id), held(resident_id), courtesy(resident_id))
    left = sa.func.sum(c.credits - c.debits)
    query = (
        sa.select(c.account, c.unit, sa.cast(left, sa.BigInteger))
        .where(c.region_id == region_id, c.account.in_(theirs), c.unit != "RIGHT")
        .group_by(c.account, c.unit)
        .having(left != 0)
        .order_by(c.account, c.unit)
    )
    found = connection.execute(query).all()
    if found:
        raise NotSettled(left=", ".join(f"{account} {quantity} {unit}" for account, unit, quantity in found))


def _clear_tombstones(connection: sa.Connection, region_id: int, resident_id: int) -> None:
    """Those that an earlier release left at a former home bear the name."""
    c = catalogue_items.c
    theirs = (c.region_id == region_id, c.kind == Kind.RESIDENT, c.key == str(resident_id))
    connection.execute(catalogue_items.update().where(*theirs, c.value.is_(None)).values(label=""))


def _clear_past(connection: sa.Connection, region_id: int, resident_id: int) -> None:
    """What records were judged by: their year of birth and categories, as visitors' kiosks knew them."""
    c = catalogue_past.c
    theirs = (c.region_id == region_id, c.kind == Kind.VISITOR, c.key == str(resident_id))
    connection.execute(catalogue_past.delete().where(*theirs))


def _clear_dossier(connection: sa.Connection, region_id: int, resident_id: int) -> None:
    """What only the office knew, and what they were before. Nobody gets the number again."""
    for table in (dossiers, resident_changes):
        c = table.c
        connection.execute(table.delete().where(c.region_id == region_id, c.resident_id == resident_id))
    counting.pass_by(connection, region_id, RESIDENTS, resident_id)


def _items(
    connection: sa.Connection, region_id: int, resident_id: int, about: Sequence[About]
) -> Iterator[tuple[str, str]]:
    """Kind and key of whatever tells of them."""
    c = catalogue_items.c
    number = str(resident_id)
    published = sa.select(c.kind, c.key).where(c.region_id == region_id, c.value.is_not(None)).distinct()
    cards = published.where(c.kind == Kind.CARD, c.label == number)
    for token in [key for _, key in connection.execute(cards)]:
        yield from ((kind, token) for kind in _BY_TOKEN)
    theirs = sa.and_(c.kind.in_((Kind.RESIDENT, Kind.PHOTO)), c.key == number)
    told = sa.or_(theirs, *(each(resident_id) for each in about))
    found = connection.execute(published.where(told).order_by(c.kind, c.key))
    yield from ((kind, key) for kind, key in found)
