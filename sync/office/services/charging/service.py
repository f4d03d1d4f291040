"""Charging, as the office is told of it."""

from __future__ import annotations

from kiosk.common.books import Kinds
from sync.office.services.charging import importing
from sync.office.services.contract import OfficeService

CHARGING = OfficeService(
    name="charging",
    kinds=Kinds(projections={}),
    parts=importing.PARTS,
    about=(importing.about,),
)
