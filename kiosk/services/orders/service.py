"""Orders as a value."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.here import Here
from kiosk.services.contract import Service
from kiosk.services.orders import screens, tables
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.kitchen import screens as kitchen
from kiosk.services.orders.records import DELIVERY_FAILED, ORDER_CANCELLED, ORDER_PLACED
from kiosk.services.orders.words import WORDS


def opens(here: Here) -> Iterable[object]:
    yield Orders(here)


ORDERS = Service(
    name="orders",
    kinds=tables.KINDS,
    opens=opens,
    told=dict.fromkeys((ORDER_PLACED, ORDER_CANCELLED, DELIVERY_FAILED), lambda opened: opened[Orders].told),
    words=WORDS,
    screens=(screens.blueprint, kitchen.blueprint),
)
