"""Orders that counters took, published to all counters of their site: the last word on each meal.

So the kitchen sees what another counter was told, and a kiosk that was replaced knows its orders again. The
office's own order, which an import brings, gives way to a counter's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.catalogue.items import decode_value
from kiosk.ledger.posting import Finding
from kiosk.ledger.sql import run
from kiosk.services.orders.items import ORDER, STANDING_ORDER, Order, order_key
from kiosk.services.orders.tables import FAILED, order_of
from sync.office.catalogue.published import current_values, items_of
from sync.office.catalogue.publishing import Change, publish_all, site_scope
from sync.office.intake.batch import Batch
from sync.office.store.tables import catalogue_items

LOOKED_UP_AT_ONCE = 500
KEPT_DAYS = 90  # after its day an order is of use to nobody but the office, and then no more


def key_of(order: Order) -> str:
    return order_key(order.site, order.day, order.meal, order.resident_id)


def changes(connection: sa.Connection, region_id: int, orders: Sequence[Order]) -> Iterator[Change]:
    """Publishing those orders over which no later word has been published. Each meal of a resident once."""
    for start in range(0, len(orders), LOOKED_UP_AT_ONCE):
        some = {key_of(order): order for order in orders[start : start + LOOKED_UP_AT_ONCE]}
        query = items_of(region_id, ORDER).where(catalogue_items.c.key.in_(some))
        before = {row.key: decode_value(ORDER, row.value) for row in connection.execute(query)}
        for key, order in some.items():
            if key not in before or before[key].at_ms <= order.at_ms:
                yield Change(ORDER, key, order, scope=site_scope(order.site))


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """Publish what these records say of the kiosk's own site."""
    rows = run(connection, _EVENTS, (*batch.place, batch.device.site, FAILED))
    said = {key_of(order): order for order in (order_of(*row) for row in rows)}
    if said:
        region_id = batch.key.region_id
        publish_all(connection, region_id, list(changes(connection, region_id, [*said.values()])))
    return ()


def about(resident_id: int) -> sa.ColumnElement[bool]:
    """Which items are orders of this resident, by how `order_key` and `standing_order_key` name them."""
    c = catalogue_items.c
    return sa.or_(
        sa.and_(c.kind == ORDER, c.key.like(f"% {resident_id}")),
        sa.and_(c.kind == STANDING_ORDER, c.key.like(f"{resident_id} %")),
    )


def forget(connection: sa.Connection, region_id: int, today: date) -> None:
    """Withdraw the orders of days long past."""
    first_day = today - timedelta(days=KEPT_DAYS)
    old = [
        Change(ORDER, key_of(each), None, scope=site_scope(each.site))
        for each in current_values(connection, region_id, ORDER)
        if each.day < first_day
    ]
    publish_all(connection, region_id, old)


_EVENTS = (
    "SELECT resident_id, site, day, meal, what, wall_ms FROM order_events WHERE region_id = ?"
    " AND journal_id = ? AND seq BETWEEN ? AND ? AND site = ? AND what <> ? ORDER BY wall_ms, seq"
)
