"""What the office does for each service of the kiosks. A new one is a folder and a line here."""

from __future__ import annotations

from collections.abc import Sequence

from sync.office.services.accounts.service import ACCOUNTS
from sync.office.services.canteen.service import CANTEEN
from sync.office.services.cards.service import CARDS
from sync.office.services.care.service import CARE
from sync.office.services.charging.service import CHARGING
from sync.office.services.contract import OfficeService
from sync.office.services.corrections.service import CORRECTIONS
from sync.office.services.orders.service import ORDERS
from sync.office.services.till.service import TILL
from sync.office.services.upkeep.service import UPKEEP

SERVICES: Sequence[OfficeService] = (
    CANTEEN,
    TILL,
    CARDS,
    CORRECTIONS,
    ORDERS,
    CHARGING,
    ACCOUNTS,
    CARE,
    UPKEEP,
)
