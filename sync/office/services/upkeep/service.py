"""Upkeep of kiosks, as the office does it."""

from __future__ import annotations

from kiosk.services.upkeep.tables import KINDS
from sync.office.services.contract import OfficeService
from sync.office.services.upkeep import commands, pages, tables

UPKEEP = OfficeService(
    name="upkeep",
    kinds=KINDS,
    projections=tables.PROJECTIONS,
    tables=(tables.kiosk_answers,),
    daily=(commands.forget,),
    shown=pages.SHOWN,
)
