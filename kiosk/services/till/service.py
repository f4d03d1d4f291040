"""The till as a value."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.common.here import Here
from kiosk.common.lent import CashBox
from kiosk.ledger.follow_ups import REFUND, REVERSAL
from kiosk.services.contract import Service
from kiosk.services.till import screens, tables
from kiosk.services.till.actions import Till
from kiosk.services.till.records import TOP_UP
from kiosk.services.till.shift import screens as shift
from kiosk.services.till.shifts import Shifts
from kiosk.services.till.words import WORDS


def opens(here: Here) -> Iterable[object]:
    shifts = Shifts(here)
    yield Till(here)
    yield shifts
    yield CashBox(require=shifts.require)


TILL = Service(
    name="till",
    kinds=tables.KINDS,
    opens=opens,
    told=dict.fromkeys((TOP_UP, REFUND, REVERSAL), lambda opened: opened[Till].told),
    words=WORDS,
    screens=(screens.blueprint, shift.blueprint),
)
