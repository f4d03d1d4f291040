"""What counters said about cards, published to all: lost, found again, given to somebody."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.catalogue import Kind, decode_value
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import Row, run
from kiosk.people.cards import Block, Card, CardLevel, CardStatus
from kiosk.services.cards.tables import FOUND, ISSUED
from sync.office import reviews
from sync.office.publishing import publish, withdraw
from sync.office.tables import catalogue_items

TAKEN, UNKNOWN = "card_taken", "card_not_registered"


def settle(connection: sa.Connection, key: JournalKey, first_seq: int, last_seq: int) -> None:
    """Publish what these records say. To be called with the gate of `database.alone` passed."""
    rows = run(connection, _EVENTS, (key.region_id, key.journal_id, first_seq, last_seq))
    reviews.put_up(connection, key, [found for row in rows if (found := _publish(connection, key, row))])


def _publish(connection: sa.Connection, key: JournalKey, event: Row) -> Finding | None:
    seq, token, what, number, resident_id = event
    card = _card(connection, key.region_id, token)
    if what == ISSUED:
        if card is not None and card.number != number:
            return Finding(seq, TAKEN, f"{token}: is card {card.number} of resident {card.resident_id}")
        given = Card(token=token, number=number, resident_id=resident_id, level=CardLevel.UID)
        publish(connection, key.region_id, Kind.CARD, token, given)
        return None
    if card is None:
        return Finding(seq, UNKNOWN, f"{token}: {what}")
    if what == FOUND:
        if card.status is CardStatus.ACTIVE:
            withdraw(connection, key.region_id, Kind.BLOCK, token)
        return None
    block = Block(token=token, status=CardStatus(what))
    publish(connection, key.region_id, Kind.BLOCK, token, block)
    return None


def _card(connection: sa.Connection, region_id: int, token: str) -> Card | None:
    c = catalogue_items.c
    wanted = (c.region_id == region_id, c.kind == Kind.CARD, c.key == token)
    value = connection.execute(sa.select(c.value).where(*wanted)).scalar()
    return decode_value(Kind.CARD, value) if value is not None else None


_EVENTS = (
    "SELECT seq, token, what, number, resident_id FROM card_events"
    " WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? ORDER BY seq, token"
)
