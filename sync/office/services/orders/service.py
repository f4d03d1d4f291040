"""Orders, as the office is told of them."""

from __future__ import annotations

from kiosk.services.orders.tables import PROJECTIONS
from sync.office.services.contract import OfficeService
from sync.office.services.orders import orders

ORDERS = OfficeService(
    name="orders", projections=PROJECTIONS, checks_alone=(orders.check,), daily=(orders.forget,)
)
