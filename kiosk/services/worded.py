"""With which words a kiosk speaks: the kit's, and those of each of its services."""

from __future__ import annotations

from kiosk.services.canteen.words import WORDS as CANTEEN
from kiosk.services.cards.words import WORDS as CARDS
from kiosk.services.corrections.words import WORDS as CORRECTIONS
from kiosk.services.orders.words import WORDS as ORDERS
from kiosk.services.till.words import WORDS as TILL
from kiosk.web.words import together
from kiosk.web.words.kit import KIT

WORDS = together([KIT, CANTEEN, TILL, CARDS, CORRECTIONS, ORDERS])
