"""Who has a standing order in the demo."""

from __future__ import annotations

from kiosk.services.orders.items import Dining, StandingOrder
from sync.office.importing.invented import Invented, Village

ORDERED = {
    1012: Dining.DELIVERY,
    1013: Dining.DELIVERY,
    1016: Dining.DELIVERY,
    1020: Dining.DELIVERY,
    1021: Dining.TAKE_AWAY,
    1022: Dining.EAT_IN,
    1024: Dining.EAT_IN,
}


def invented(village: Village) -> Invented:
    """On every day of the week, so that there is a round to go whenever the demo is played."""
    here = village.sites[0]
    at_home = {each.resident.id for each in village.people if each.resident.home_site == here}
    standing = [
        StandingOrder(resident_id=number, site=here, meal=meal, weekdays=tuple(range(1, 8)), dining=dining)
        for number, dining in ORDERED.items()
        for meal in ("lunch", "dinner")
        if number in at_home
    ]
    return Invented(parts={"standing_orders": standing})
