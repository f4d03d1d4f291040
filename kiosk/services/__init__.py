"""What the card is good for. A new service is one folder and one line here."""

from __future__ import annotations

from kiosk.ledger import follow_ups  # noqa: F401  (registers its table)
from kiosk.ledger.clock_records import PROJECTIONS as CLOCK
from kiosk.ledger.lifecycle import PROJECTIONS as LIFECYCLE
from kiosk.ledger.posting import Projections
from kiosk.services.canteen.tables import PROJECTIONS as CANTEEN

PROJECTIONS: Projections = {**LIFECYCLE, **CLOCK, **CANTEEN}
