"""How kiosks are, site by site: the house's own picture."""

from __future__ import annotations

from collections import Counter, defaultdict

import sqlalchemy as sa

from sync.office.console.kiosks.wall import KioskOnWall, on_the_wall
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.pictures.picture import Picture, PictureAsked
from sync.office.console.reporting.sheets import Cell, Column, Shape, Sheet
from sync.office.people.access.permissions import Permission

COLUMNS = (
    Column("site", _("Site"), Shape.SITE),
    Column("well", _("In order"), Shape.COUNT),
    Column("faulty", _("Something is wrong"), Shape.COUNT),
    Column("silent", _("Not in contact"), Shape.COUNT),
)


def kiosk_health(connection: sa.Connection, region_id: int, asked: PictureAsked, _names: Names) -> Sheet:
    """Now, whatever days were asked for."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for kiosk in on_the_wall(connection, region_id, asked.now, asked.area):
        if asked.has(kiosk.site):
            found[kiosk.site][_state(kiosk)] += 1
    states = ("well", "faulty", "silent")
    rows: list[tuple[Cell, ...]] = [
        (site, *(found[site][state] for state in states)) for site in sorted(found)
    ]
    return Sheet("kiosks", _("How kiosks are"), _("No kiosk is enrolled."), COLUMNS, rows)


def _state(kiosk: KioskOnWall) -> str:
    if kiosk.silent_since_ms is not None or kiosk.last_seen_ms is None:
        return "silent"
    return "faulty" if kiosk.faults else "well"


KIOSKS = Picture(
    "kiosks",
    _("How kiosks are"),
    Permission.SEE_KIOSKS,
    kiosk_health,
    "site",
    ("well", "faulty", "silent"),
    by_day=False,
    of_days=False,
)
