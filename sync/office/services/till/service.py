"""The till, as the office is told of it."""

from __future__ import annotations

from kiosk.services.till.records import TOP_UP, decode_topped_up
from kiosk.services.till.tables import KINDS
from sync.office.intake.batch import only_of
from sync.office.services.contract import OfficeService
from sync.office.services.till import close_outs, pages
from sync.office.services.till.banking import listed, paying_in

TILL = OfficeService(
    name="till",
    kinds=KINDS,
    checks=(only_of(KINDS.projections, close_outs.check),),
    seen={TOP_UP: lambda body: decode_topped_up(body).resident_id},
    shown=pages.SHOWN,
    downloads=(*listed.DOWNLOADS, *close_outs.DOWNLOADS),
    proposals=(paying_in.BANK_CASH,),
)
