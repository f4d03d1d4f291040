"""How a card stands: what the register says of it, and what counters said of it since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.cards import Card, CardStatus, status_of
from sync.office.catalogue.published import items_of
from sync.office.store.tables import catalogue_items


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A card, and its status by both."""

    card: Card
    status: CardStatus

    @property
    def is_in_use(self) -> bool:
        return self.status is CardStatus.ACTIVE

    def has_expired(self, today: date) -> bool:
        return self.is_in_use and self.card.last_day < today


def with_status(connection: sa.Connection, region_id: int, cards: Iterable[Card]) -> Sequence[KnownCard]:
    """The same cards, in the same order."""
    cards = list(cards)
    blocked = items_of(region_id, Kind.BLOCK).where(catalogue_items.c.key.in_([card.token for card in cards]))
    blocks = {row.key: decode_value(Kind.BLOCK, row.value) for row in connection.execute(blocked)}
    return [KnownCard(card, status_of(card, blocks.get(card.token))) for card in cards]
