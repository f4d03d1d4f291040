"""Care, as the office is told of it. No kiosk writes anything for it: it folds over what services say."""

from __future__ import annotations

from kiosk.common.books import Kinds
from sync.office.services.care import alerting, forgetting, pages, rounds
from sync.office.services.contract import OfficeService

CARE = OfficeService(
    name="care",
    kinds=Kinds(projections={}),
    shown=pages.SHOWN,
    beside=(rounds.look,),
    daily=(forgetting.forget_the_gone,),
    alerts=(alerting.alerts,),
)
