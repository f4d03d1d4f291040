"""Cards, as the office is told of them."""

from __future__ import annotations

from kiosk.services.cards.records import CARD_ISSUED, decode_issued
from kiosk.services.cards.tables import KINDS
from sync.office.intake.batch import only_of
from sync.office.services.cards import commands, events, refused, unwritten
from sync.office.services.cards.desk.pages import SHOWN
from sync.office.services.contract import OfficeService

CARDS = OfficeService(
    name="cards",
    kinds=KINDS,
    projections=refused.PROJECTIONS,
    checks_alone=tuple(only_of(KINDS.projections, each) for each in (events.check, unwritten.check)),
    seen={CARD_ISSUED: lambda body: decode_issued(body).resident_id},
    commands=(commands.print_codes,),
    shown=SHOWN,
)
