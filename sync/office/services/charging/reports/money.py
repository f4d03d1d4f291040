"""What was charged and earned by day and site: energy, and electricity and service fees apart."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Cell, Column, Shape, Sheet
from sync.office.services.charging.reports.asked import QUARTER_MS, AskedDays, moment_of

COLUMNS = (
    Column("day", _("Day"), Shape.TEXT),
    Column("site", _("Site"), Shape.SITE),
    Column("sessions", _("Sessions"), Shape.COUNT),
    Column("minutes", _("Minutes"), Shape.MINUTES),
    Column("energy_wh", _("Energy, kWh"), Shape.WH),
    Column("electricity_fen", _("Electricity fee"), Shape.FEN),
    Column("service_fen", _("Service fee"), Shape.FEN),
    Column("subsidy_fen", _("Subsidy"), Shape.FEN),
    Column("paid_fen", _("Paid by residents"), Shape.FEN),
)
_SUMS = 6  # sessions, seconds, energy, and three sums of money


def money(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> Sheet:
    """A row for each day and site where a session ended."""
    found: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0] * _SUMS)
    for site, quarter, *sums in run(connection, _BY_QUARTER, (region_id, *asked.span_ms(names.time_zones))):
        day = moment_of(quarter, names.time_zones.get(site, "")).date()
        if asked.has(day) and asked.site in ("", site):
            found[day, site] = [one + int(other) for one, other in zip(found[day, site], sums, strict=True)]
    rows: list[tuple[Cell, ...]] = [
        (day.isoformat(), site, *_figures(sums)) for (day, site), sums in sorted(found.items())
    ]
    total = [sum(column) for column in zip(*found.values(), strict=True)] or [0] * _SUMS
    return Sheet(
        "charging_money",
        _("Energy and money"),
        _("No session ended in these days."),
        COLUMNS,
        rows,
        (_("Total"), "", *_figures(total)) if rows else (),
    )


def _figures(sums: list[int]) -> tuple[int, ...]:
    sessions, charged_s, energy_wh, electricity_fen, service_fen, subsidy_fen = sums
    paid_fen = electricity_fen + service_fen - subsidy_fen
    return (sessions, charged_s // 60, energy_wh, electricity_fen, service_fen, subsidy_fen, paid_fen)


_BY_QUARTER = (
    f"SELECT site, wall_ms / {QUARTER_MS} AS quarter, count(*), CAST(sum(charged_s) AS BIGINT),"  # noqa: S608
    " CAST(sum(energy_wh) AS BIGINT), CAST(sum(electricity_fen) AS BIGINT),"
    " CAST(sum(service_fen) AS BIGINT), CAST(sum(subsidy_fen) AS BIGINT) FROM charging_bills"
    f" WHERE region_id = ? AND wall_ms >= ? AND wall_ms < ? GROUP BY site, wall_ms / {QUARTER_MS}"
)
