"""Cards, as the office is told of them."""

from __future__ import annotations

from kiosk.ledger.posting import all_of
from kiosk.services.cards.tables import PROJECTIONS as EVENTS
from sync.office.services.cards import events, refused, unwritten
from sync.office.services.contract import OfficeService

CARDS = OfficeService(
    name="cards",
    projections=all_of(refused.PROJECTIONS, EVENTS),
    checks_alone=(events.check, unwritten.check),
)
