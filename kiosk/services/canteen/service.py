"""The canteen as a value."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.here import Here
from kiosk.lent import Meals
from kiosk.services.canteen import screens
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.away import Away
from kiosk.services.canteen.beside import screens as beside
from kiosk.services.canteen.beside_records import VOLUNTEER_MEAL
from kiosk.services.canteen.extras import Extras
from kiosk.services.canteen.extras_pages import screens as extras
from kiosk.services.canteen.kinds import KINDS
from kiosk.services.canteen.records import MEAL_SERVED, SALE, meal_in_figures
from kiosk.services.canteen.statements import Statements
from kiosk.services.canteen.volunteers import Volunteers
from kiosk.services.canteen.words import WORDS
from kiosk.services.contract import Service


def opens(here: Here) -> Iterable[object]:
    canteen = Canteen(here)
    yield canteen
    yield Away(here, canteen)
    yield Volunteers(here)
    yield Statements(here)
    yield Extras(here)
    yield Meals(had_ms=canteen.had_ms, deliver=canteen.deliver)


CANTEEN = Service(
    name="canteen",
    kinds=KINDS,
    opens=opens,
    told={
        MEAL_SERVED: lambda opened: opened[Away].told,
        VOLUNTEER_MEAL: lambda opened: opened[Volunteers].told,
        SALE: lambda opened: opened[Extras].told,
    },
    sold={MEAL_SERVED: meal_in_figures, SALE: lambda _body: {}, VOLUNTEER_MEAL: lambda _body: {}},
    words=WORDS,
    screens=(screens.blueprint, beside.blueprint, extras.blueprint),
)
