"""What the card is good for at this kiosk. A new service is one folder, and one line here.

One that borrows stands after whoever lends. Their buttons and panels stand in this order too.
"""

from __future__ import annotations

from kiosk.common.books import of_a_counter
from kiosk.services.canteen.service import CANTEEN
from kiosk.services.cards.service import CARDS
from kiosk.services.charging.service import CHARGING
from kiosk.services.contract import Service
from kiosk.services.corrections.service import CORRECTIONS
from kiosk.services.orders.service import ORDERS
from kiosk.services.till.service import TILL
from kiosk.services.upkeep.service import UPKEEP

SERVICES: tuple[Service, ...] = (CANTEEN, TILL, ORDERS, CARDS, CORRECTIONS, CHARGING, UPKEEP)
KINDS = [each.kinds for each in SERVICES]
BOOKS = of_a_counter(KINDS)
