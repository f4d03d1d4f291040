"""The time purse, as the office is told of it."""

from __future__ import annotations

from sync.office.services.contract import OfficeService
from tests.services.time_purse.at_office import commands, pages
from tests.services.time_purse.kinds import KINDS

TIME_PURSE = OfficeService(name="time", kinds=KINDS, shown=pages.SHOWN, reports=(commands.minutes,))
