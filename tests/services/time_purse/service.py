"""The time purse as a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from kiosk.common.claims import Claims
from kiosk.common.here import Here
from kiosk.services.contract import Service
from tests.services.time_purse import screens
from tests.services.time_purse.actions import TimePurse
from tests.services.time_purse.kinds import KINDS
from tests.services.time_purse.records import TIME_GIVEN, TIME_SPENT
from tests.services.time_purse.words import WORDS

OPENS, CLOSES = time(15), time(16)


def opens(here: Here) -> Iterable[object]:
    yield TimePurse(here)


TIME_PURSE = Service(
    name="time",
    kinds=KINDS,
    opens=opens,
    told=dict.fromkeys((TIME_GIVEN, TIME_SPENT), lambda opened: opened[TimePurse].told),
    sold={TIME_SPENT: lambda _body: None},
    claims=Claims(
        offered=lambda _site, local: OPENS <= local.time() < CLOSES,
        answer=lambda opened, who, at: opened[TimePurse].spend(who, at),
    ),
    words=WORDS,
    screens=(screens.blueprint,),
)
