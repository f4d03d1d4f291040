"""Energy that nobody paid for: what the sockets' registers ran, by day, against what was billed.

A register that counts for ever is compared with where it stood when a session last began or ended there; one
that counts a single order, with nothing. What a box told of after its session was settled has run as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.sql import Row, run
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.services.charging.places import Places, Socket
from sync.office.services.charging.reports.asked import DAY_MS, QUARTER_MS, AskedDays, moment_of
from sync.office.services.charging.reports.sheets import Column, Shape, Sheet

# A socket that nobody used for longer is compared with nothing.
LOOK_BACK_MS = 30 * DAY_MS

COLUMNS = (
    Column("day", _("Day"), Shape.TEXT),
    Column("site", _("Site"), Shape.SITE),
    Column("socket", _("Socket"), Shape.TEXT),
    Column("ran_wh", _("The register ran, kWh"), Shape.WH),
    Column("billed_wh", _("In paid sessions, kWh"), Shape.WH),
    Column("unpaid_wh", _("Nobody paid, kWh"), Shape.WH),
    Column("went_back", _("Register went back"), Shape.COUNT),
)


def orphans(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> Sheet:
    """A row for each socket and day on which the two differ, or a register went back."""
    places = Places.read(connection, region_id)
    found: dict[tuple[date, Socket], list[int]] = defaultdict(lambda: [0, 0, 0])
    for site, box, socket, quarter, *sums in _counted(connection, region_id, asked, names):
        day = moment_of(quarter, names.time_zones.get(site, "")).date()
        if asked.has(day) and asked.site in ("", site):
            at = day, (site, box, socket)
            found[at] = [one + int(other) for one, other in zip(found[at], sums, strict=True)]
    rows = [
        (day.isoformat(), where[0], places.label(*where), ran_wh, billed_wh, ran_wh - billed_wh, went_back)
        for (day, where), (ran_wh, billed_wh, went_back) in sorted(found.items())
        if ran_wh != billed_wh or went_back
    ]
    sums = [sum(int(row[n]) for row in rows) for n in range(3, len(COLUMNS))]
    return Sheet(
        "charging_orphans",
        _("Energy nobody paid for"),
        _("What the registers ran was billed, socket by socket and day by day."),
        COLUMNS,
        rows,
        (_("Total"), "", "", *sums) if rows else (),
    )


def _counted(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> Iterator[Row]:
    """Site, box, socket, quarter of an hour; what ran, what was billed, how often a register went back."""
    since_ms, until_ms = asked.span_ms(names.time_zones)
    long_ms = (region_id, since_ms - LOOK_BACK_MS, until_ms)
    span = (region_id, since_ms, until_ms)
    yield from run(connection, _RAN_FOR_EVER, (*long_ms, *long_ms, since_ms))
    yield from run(connection, _OF_ORDERS, span)
    yield from run(connection, _BILLED, span)
    yield from run(connection, _LATE, span)


_WHERE = "region_id = ? AND wall_ms >= ? AND wall_ms < ?"
_QUARTER = f"wall_ms / {QUARTER_MS}"
_RAN_FOR_EVER = f"""
WITH readings AS (
  SELECT site, box, socket, register, register_wh AS wh, wall_ms, seq FROM charging_starts
  WHERE {_WHERE} AND register <> '' AND of_order = 0
  UNION ALL SELECT site, box, socket, register, last_wh, wall_ms, seq FROM charging_bills
  WHERE {_WHERE} AND register <> '' AND of_order = 0
), runs AS (
  SELECT site, box, socket, wall_ms, wh - LAG(wh) OVER (
    PARTITION BY site, box, socket, register ORDER BY wall_ms, seq) AS ran FROM readings
)
SELECT site, box, socket, {_QUARTER}, CAST(sum(CASE WHEN ran > 0 THEN ran ELSE 0 END) AS BIGINT), 0,
  sum(CASE WHEN ran < 0 THEN 1 ELSE 0 END)
FROM runs WHERE wall_ms >= ? AND ran IS NOT NULL GROUP BY site, box, socket, {_QUARTER}
"""  # noqa: S608
_BY_SOCKET = f"GROUP BY site, box, socket, {_QUARTER}"
_OF_ORDERS = (
    f"SELECT site, box, socket, {_QUARTER}, CAST(sum(last_wh) AS BIGINT), 0, 0 FROM charging_bills"  # noqa: S608
    f" WHERE {_WHERE} AND of_order = 1 {_BY_SOCKET}"
)
_BILLED = (
    f"SELECT site, box, socket, {_QUARTER}, 0, CAST(sum(energy_wh) AS BIGINT), 0 FROM charging_bills"  # noqa: S608
    f" WHERE {_WHERE} AND register <> '' {_BY_SOCKET}"
)
_LATE = (
    f"SELECT site, box, socket, {_QUARTER}, CAST(sum(coalesce(energy_wh, 0)) AS BIGINT), 0, 0"  # noqa: S608
    f" FROM charging_lates WHERE {_WHERE} {_BY_SOCKET}"
)
