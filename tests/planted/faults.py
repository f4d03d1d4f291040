"""All faults that are planted, by what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.planted.charging import CHARGING
from tests.planted.drivers import DRIVERS
from tests.planted.money import MONEY
from tests.planted.planting import Fault
from tests.planted.screens import SCREENS
from tests.planted.sync import SYNC

AREAS: Mapping[str, Sequence[Fault]] = {
    "money": MONEY,
    "charging": CHARGING,
    "sync": SYNC,
    "drivers": DRIVERS,
    "screens": SCREENS,
}
FAULTS = [fault for faults in AREAS.values() for fault in faults]
