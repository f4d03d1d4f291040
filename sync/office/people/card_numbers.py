"""Numbers of the cards that the office gives out: short ones, and each once, whatever becomes of the card."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.people.cards import COUNTERS_FIRST_NUMBER, Card
from sync.office.catalogue.published import current_values
from sync.office.store import counting

COUNTED = "card"


def take(connection: sa.Connection, region_id: int, count: int = 1) -> int:
    """The first of so many numbers that no card ever had."""
    first = counting.take(connection, region_id, COUNTED, count)
    if first > 1:
        return first
    # Nobody counted yet: an earlier release brought cards in.
    taken = highest(current_values(connection, region_id, Kind.CARD))
    return counting.take(connection, region_id, COUNTED, count, beyond=taken) if taken else first


def pass_by(connection: sa.Connection, region_id: int, cards: Iterable[Card]) -> None:
    """Somebody else gave out these."""
    if taken := highest(cards):
        counting.pass_by(connection, region_id, COUNTED, taken)


def highest(cards: Iterable[Card]) -> int:
    """Of those that the office, or whoever wrote an import file, thought of."""
    return max((each.number for each in cards if each.number < COUNTERS_FIRST_NUMBER), default=0)
