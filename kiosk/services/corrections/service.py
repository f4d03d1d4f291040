"""Corrections as a value."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.common.here import Here
from kiosk.services.contract import Service
from kiosk.services.corrections import screens, tables
from kiosk.services.corrections.actions import Corrections
from kiosk.services.corrections.words import WORDS


def opens(here: Here) -> Iterable[object]:
    yield Corrections(here)


CORRECTIONS = Service(
    name="corrections",
    kinds=tables.KINDS,
    opens=opens,
    words=WORDS,
    screens=(screens.blueprint,),
)
