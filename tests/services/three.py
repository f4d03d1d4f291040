"""The services that only the tests know, each with its twin at the office and its simulated people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.catalogue.errors import NoCatalogue
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.people.identify import Identified, active_resident
from kiosk.services.contract import Service
from sync.office.services.contract import OfficeService
from tests.services.coffee_machine import people as coffee
from tests.services.coffee_machine.at_office.service import COFFEE as COFFEE_AT_OFFICE
from tests.services.coffee_machine.service import COFFEE
from tests.services.lending_library import people as library
from tests.services.lending_library.at_office.service import LIBRARY as LIBRARY_AT_OFFICE
from tests.services.lending_library.service import LIBRARY
from tests.services.time_purse import people as purse
from tests.services.time_purse.at_office.service import TIME_PURSE as PURSE_AT_OFFICE
from tests.services.time_purse.service import TIME_PURSE

Visit = Callable[[Counter, Identified, str], Outcome]


def holder(counter: Counter, token: str) -> Identified:
    """Whose card it is. Raises a `Refusal`."""
    card = counter.catalogue.card(token)
    if card is None:
        raise NoCatalogue
    return Identified(active_resident(counter.catalogue, card.resident_id), card, card.level)


@dataclass(frozen=True, slots=True)
class Tried:
    """Whatever is listed here goes through the simulated towns."""

    service: Service
    at_office: OfficeService
    visits: Sequence[Visit]


THREE = (
    Tried(LIBRARY, LIBRARY_AT_OFFICE, library.VISITS),
    Tried(COFFEE, COFFEE_AT_OFFICE, coffee.VISITS),
    Tried(TIME_PURSE, PURSE_AT_OFFICE, purse.VISITS),
)
VISITS = {f"{each.service.name} {visit.__name__}": visit for each in THREE for visit in each.visits}
