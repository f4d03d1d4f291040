"""Orders as a value."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.common.claims import Claims, Named
from kiosk.common.here import Here, Opened
from kiosk.services.contract import Service
from kiosk.services.orders import screens, tables
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.kitchen import screens as kitchen
from kiosk.services.orders.labels import is_label
from kiosk.services.orders.records import DELIVERY_FAILED, ORDER_CANCELLED, ORDER_PLACED
from kiosk.services.orders.words import WORDS


def opens(here: Here) -> Iterable[object]:
    yield Orders(here)


def named(opened: Opened, text: str) -> Named | None:
    """The code on a delivery label: whoever scans it has handed the meal over."""
    if not is_label(text):
        return None
    orders = opened[Orders]
    label = orders.read_label(text)
    return Named(
        label.resident_id,
        lambda: orders.deliver(label.resident_id, label.day, label.meal, label.request_id),
    )


ORDERS = Service(
    name="orders",
    kinds=tables.KINDS,
    opens=opens,
    told=dict.fromkeys((ORDER_PLACED, ORDER_CANCELLED, DELIVERY_FAILED), lambda opened: opened[Orders].told),
    claims=Claims(named=named),
    words=WORDS,
    useful=lambda site: bool(site.meals),
    screens=(screens.blueprint, kitchen.blueprint),
)
