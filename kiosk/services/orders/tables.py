"""What a counter was told about orders and deliveries, to be looked up there and at the office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.ledger.sql import Row, insert_rows
from kiosk.ledger.tables import journal_table
from kiosk.services.orders.items import Dining, Order
from kiosk.services.orders.records import (
    DELIVERY_FAILED,
    ORDER_CANCELLED,
    ORDER_PLACED,
    DeliveryFailed,
    OrderPlaced,
    Told,
    decode_told,
)

FAILED = "failed"

order_events = journal_table(
    "order_events",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("resident_id", sa.BigInteger, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False),  # ISO date
    sa.Column("meal", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),  # a `Dining`, or `failed`
    sa.Column("reason", sa.Text, nullable=False),  # of what failed, else empty
    sa.Column("wall_ms", sa.BigInteger, nullable=False),
    sa.Index("order_events_by_day", "region_id", "site", "day"),
    key=("seq",),
)


def project(connection: sa.Connection, journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    """One row for each record."""
    insert_rows(connection, order_events, [_row(journal, record, decode_told(record)) for record in records])
    return ()


def _row(journal: JournalKey, record: Record, told: Told) -> Row:
    place = (journal.region_id, journal.journal_id, record.seq)
    about = (told.resident_id, told.site, told.day.isoformat(), told.meal)
    return (*place, *about, *_what(told), record.wall_ms)


def _what(told: Told) -> tuple[str, str]:
    """What was told, and why."""
    if isinstance(told, DeliveryFailed):
        return FAILED, told.reason
    return (Dining(told.dining) if isinstance(told, OrderPlaced) else Dining.NONE).value, ""


def order_of(resident_id: int, site: str, day: str, meal: str, what: str, wall_ms: int) -> Order:
    """A row that is no failure, as the order that it was."""
    return Order(
        resident_id=resident_id,
        site=site,
        day=date.fromisoformat(day),
        meal=meal,
        dining=Dining(what),
        at_ms=wall_ms,
    )


PROJECTIONS: Projections = dict.fromkeys((ORDER_PLACED, ORDER_CANCELLED, DELIVERY_FAILED), project)
KINDS = Kinds(projections=PROJECTIONS, tables=(order_events,))
