"""The till, as the office is told of it."""

from __future__ import annotations

from kiosk.ledger.posting import all_of
from kiosk.services.canteen.records import SALE
from kiosk.services.till.tables import CASH, SHIFTS, project_cash
from sync.office.services.contract import OfficeService

TILL = OfficeService(name="till", projections=all_of(CASH, {SALE: project_cash}, SHIFTS))
