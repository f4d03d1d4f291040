"""Every kind of record that may move something, and who judges it."""

from __future__ import annotations

from kiosk.ledger.judging import JUDGES as HOLDS
from kiosk.ledger.judging import Judges
from kiosk.services.canteen.judging import JUDGES as CANTEEN
from kiosk.services.till.judging import JUDGES as TILL

JUDGES: Judges = {**HOLDS, **CANTEEN, **TILL}
