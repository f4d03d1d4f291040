"""The library, as the office is told of it."""

from __future__ import annotations

from sync.office.services.contract import OfficeService
from tests.services.lending_library.at_office import commands, demo, importing, pages
from tests.services.lending_library.tables import KINDS

LIBRARY = OfficeService(
    name="library",
    kinds=KINDS,
    shown=pages.SHOWN,
    reports=(commands.books,),
    parts=importing.PARTS,
    demo=demo.invented,
)
