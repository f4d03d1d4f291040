"""Upkeep as a value."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.common.here import Here, Opened
from kiosk.services.contract import Service
from kiosk.services.upkeep.actions import Upkeep
from kiosk.services.upkeep.tables import KINDS


def opens(here: Here) -> Iterable[object]:
    yield Upkeep(here)


def step(opened: Opened) -> None:
    opened[Upkeep].step()


UPKEEP = Service(name="upkeep", kinds=KINDS, opens=opens, step=step)
