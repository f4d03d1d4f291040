"""The records of the kiosks' services, as far as tables follow from them."""

from __future__ import annotations

from kiosk.books import Kinds
from kiosk.services.canteen.kinds import KINDS as CANTEEN
from kiosk.services.cards.tables import KINDS as CARDS
from kiosk.services.corrections.tables import KINDS as CORRECTIONS
from kiosk.services.orders.tables import KINDS as ORDERS
from kiosk.services.till.tables import KINDS as TILL

KINDS: tuple[Kinds, ...] = (CANTEEN, TILL, ORDERS, CARDS, CORRECTIONS)
