"""What the card is good for. A new service is one folder and one line here."""

from __future__ import annotations

from kiosk.ledger.clock_records import PROJECTIONS as CLOCK
from kiosk.ledger.follow_ups import PROJECTIONS as FOLLOW_UPS
from kiosk.ledger.holds import PROJECTIONS as HOLDS
from kiosk.ledger.lifecycle import BOOTS
from kiosk.ledger.lifecycle import PROJECTIONS as LIFECYCLE
from kiosk.ledger.posting import Projections, all_of
from kiosk.ledger.recovery import RECOVERED, projecting
from kiosk.people.records import PROJECTIONS as CARDS
from kiosk.services.canteen.away import PROJECTIONS as AWAY
from kiosk.services.canteen.records import SALE
from kiosk.services.canteen.tables import PROJECTIONS as CANTEEN
from kiosk.services.cards.tables import PROJECTIONS as CARD_EVENTS
from kiosk.services.corrections.tables import PROJECTIONS as CORRECTIONS
from kiosk.services.orders.tables import PROJECTIONS as ORDERS
from kiosk.services.till.tables import CASH, SHIFTS, project_cash

# What can be recovered from another journal.
BUSINESS: Projections = all_of(
    FOLLOW_UPS,
    HOLDS,
    CARDS,
    CANTEEN,
    AWAY,
    CASH,
    {SALE: project_cash},
    SHIFTS,
    CARD_EVENTS,
    CORRECTIONS,
    ORDERS,
)
SHARED: Projections = all_of(LIFECYCLE, CLOCK, BUSINESS)  # what counter and office look up alike
PROJECTIONS: Projections = {
    **all_of(SHARED, BOOTS),
    RECOVERED: projecting(BUSINESS, known_here=True),
}
