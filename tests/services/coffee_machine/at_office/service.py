"""The coffee machine, as the office is told of it."""

from __future__ import annotations

from sync.office.services.contract import OfficeService
from tests.services.coffee_machine.at_office import commands, pages
from tests.services.coffee_machine.tables import KINDS

COFFEE = OfficeService(name="coffee", kinds=KINDS, shown=pages.SHOWN, reports=(commands.cups,))
