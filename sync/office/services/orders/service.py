"""Orders, as the office is told of them."""

from __future__ import annotations

from kiosk.services.orders.tables import KINDS
from sync.office.intake.batch import only_of
from sync.office.services.contract import OfficeService
from sync.office.services.orders import commands, demo, importing, orders, pages

ORDERS = OfficeService(
    name="orders",
    kinds=KINDS,
    checks_alone=(only_of(KINDS.projections, orders.check),),
    daily=(orders.forget,),
    reports=(commands.orders,),
    parts=importing.PARTS,
    about=(orders.about,),
    demo=demo.invented,
    shown=pages.SHOWN,
)
