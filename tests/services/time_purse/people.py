"""Who gives time in a simulated town, and who spends it."""

from __future__ import annotations

from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.people.identify import Identified
from tests.services.time_purse.actions import TimePurse


def give(counter: Counter, who: Identified, request_id: str) -> Outcome:
    return counter[TimePurse].give(who.resident.id, request_id)


def spend(counter: Counter, who: Identified, _request_id: str) -> Outcome:
    return counter[TimePurse].spend(who, counter.clock.now())


VISITS = (give, spend)
