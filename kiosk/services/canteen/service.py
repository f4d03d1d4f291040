"""The canteen as a value."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from kiosk.catalogue.meal_hours import meal_at
from kiosk.common.claims import Claims
from kiosk.common.here import Here
from kiosk.common.lent import Meals
from kiosk.services.canteen import screens
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.beside import screens as beside
from kiosk.services.canteen.beside.away import Away
from kiosk.services.canteen.beside.records import VOLUNTEER_MEAL
from kiosk.services.canteen.beside.volunteers import Volunteers
from kiosk.services.canteen.extras import screens as extras
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.canteen.items import dishes
from kiosk.services.canteen.kinds import KINDS
from kiosk.services.canteen.lends.past_meals import last_had
from kiosk.services.canteen.lends.shifts import meals_in_shift
from kiosk.services.canteen.records import MEAL_SERVED, SALE, meal_sold
from kiosk.services.canteen.rules import closed
from kiosk.services.canteen.tables import handed_out
from kiosk.services.canteen.words import WORDS
from kiosk.services.contract import Service


def opens(here: Here) -> Iterable[object]:
    canteen = Canteen(here)
    yield canteen
    yield Away(here, canteen)
    yield Volunteers(here)
    yield Extras(here)
    yield Meals(
        had_ms=canteen.had_ms,
        deliver=canteen.deliver,
        last_had=partial(last_had, here),
        handed_out=handed_out,
        in_shift=meals_in_shift,
        dishes=partial(dishes, here.catalogue),
    )


CANTEEN = Service(
    name="canteen",
    kinds=KINDS,
    opens=opens,
    told={
        MEAL_SERVED: lambda opened: opened[Away].told,
        VOLUNTEER_MEAL: lambda opened: opened[Volunteers].told,
        SALE: lambda opened: opened[Extras].told,
    },
    sold={MEAL_SERVED: meal_sold, SALE: lambda _body: None, VOLUNTEER_MEAL: lambda _body: None},
    claims=Claims(
        offered=lambda site, local: meal_at(site, local) is not None,
        answer=lambda opened, who, at: opened[Canteen].answer(who, at),
        closed=closed,
    ),
    words=WORDS,
    screens=(screens.blueprint, beside.blueprint, extras.blueprint),
)
