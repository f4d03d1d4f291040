"""The coffee machine as a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from drivers.contracts import Emit
from kiosk.common.claims import Claims
from kiosk.common.here import Here
from kiosk.ledger.holds import CAPTURE, HOLD, RELEASE
from kiosk.services.contract import Service
from kiosk.settings import Settings
from tests.services.coffee_machine import screens
from tests.services.coffee_machine.actions import Coffee
from tests.services.coffee_machine.device import CoffeeMachine, CupEnded
from tests.services.coffee_machine.tables import KINDS
from tests.services.coffee_machine.words import WORDS

OPENS, CLOSES = time(13), time(14)


def opens(here: Here) -> Iterable[object]:
    yield Coffee(here, here.opened.get(CoffeeMachine))


def devices(settings: Settings, emit: Emit) -> list[CoffeeMachine]:
    return [CoffeeMachine(each.port, emit) for each in settings.outlets if each.driver == "coffee"]


COFFEE = Service(
    name="coffee",
    kinds=KINDS,
    opens=opens,
    told=dict.fromkeys((HOLD, CAPTURE, RELEASE), lambda opened: opened[Coffee].told),
    claims=Claims(
        offered=lambda _site, local: OPENS <= local.time() < CLOSES,
        answer=lambda opened, who, at: opened[Coffee].begin(who, at),
        heard={CupEnded: lambda opened, event, _newest: opened[Coffee].ended(event)},
    ),
    words=WORDS,
    screens=(screens.blueprint,),
    step=lambda opened: opened[Coffee].step(),
    devices=devices,
)
