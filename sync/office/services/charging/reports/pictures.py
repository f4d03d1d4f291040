"""Charging as pictures: energy by day, and both fees."""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.pictures.picture import Picture, PictureAsked
from sync.office.console.reporting.sheets import Sheet
from sync.office.people.access.permissions import Permission
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.services.charging.reports.money import money


def charged(connection: sa.Connection, region_id: int, asked: PictureAsked, names: Names) -> Sheet:
    """The report of these days, of the sites that may be seen."""
    sheet = money(connection, region_id, AskedDays(asked.first_day, asked.last_day, asked.site), names)
    rows = [row for row in sheet.rows if asked.has(str(row[1]))]
    return Sheet(sheet.code, sheet.title, sheet.none, sheet.columns, rows)


PICTURES = (
    Picture("energy", _("Energy charged"), Permission.SEE_SALES, charged, "day", ("energy_wh",), "site"),
    Picture(
        "fees", _("Charging fees"), Permission.SEE_SALES, charged, "day", ("electricity_fen", "service_fen")
    ),
)
