"""Energy that nobody paid for: what the sockets' registers ran, by day, against what was billed.

A register that counts for ever is compared with where it stood when a session last began or ended there; one
that counts a single order, with nothing. What a box told of after its session was settled has run as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import sqlalchemy as sa

from kiosk.ledger.sql import Row, run
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Cell, Column, Shape, Sheet
from sync.office.services.charging.places import Places, Socket
from sync.office.services.charging.reports.asked import DAY_MS, AskedDays

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
    rows: list[tuple[Cell, ...]] = []
    for zone in sorted({names.time_zones.get(site, "") for site in places.sites}):
        sites = {site for site in places.sites if names.time_zones.get(site, "") == zone}
        sites &= {asked.site} if asked.site else sites
        for day, where, found in _Comparing(connection, region_id, sites).days(asked, zone):
            if found.ran_wh != found.billed_wh or found.went_back:
                unpaid_wh = found.ran_wh - found.billed_wh
                figures = (found.ran_wh, found.billed_wh, unpaid_wh, found.went_back)
                rows.append((day.isoformat(), where[0], places.label(*where), *figures))
    rows.sort(key=str)
    sums = [sum(int(row[n] or 0) for row in rows) for n in range(3, len(COLUMNS))]
    return Sheet(
        "charging_orphans",
        _("Energy nobody paid for"),
        _("What the registers ran was billed, socket by socket and day by day."),
        COLUMNS,
        rows,
        (_("Total"), "", "", *sums) if rows else (),
    )


@dataclass(slots=True)
class _SocketDay:
    """What one socket's registers did on one day."""

    billed_wh: int = 0
    ran_wh: int = 0
    went_back: int = 0
    ends: list[Row] = field(default_factory=list)  # of each register: name, least and greatest reading


class _Comparing:
    """Goes along day by day, since each register is compared with where it stood the day before."""

    def __init__(self, connection: sa.Connection, region_id: int, sites: set[str]) -> None:
        self._connection, self._region_id, self._sites = connection, region_id, sites
        self._stood: dict[tuple[Socket, str], int | None] = {}

    def days(self, asked: AskedDays, zone: str) -> Iterator[tuple[date, Socket, _SocketDay]]:
        for n in range(asked.days):
            day = asked.first_day + timedelta(days=n)
            ends = [formats.midnight_ms(day + timedelta(days=more), zone) for more in (0, 1)]
            for where, found in sorted(self._day(*ends).items(), key=lambda each: each[0]):
                yield day, where, found

    def _day(self, since_ms: int, until_ms: int) -> dict[Socket, _SocketDay]:
        span, found = (self._region_id, since_ms, until_ms), defaultdict[Socket, _SocketDay](_SocketDay)
        for site, box, socket, billed_wh, of_orders_wh in run(self._connection, _BILLED, span):
            found[site, box, socket].billed_wh = int(billed_wh)
            found[site, box, socket].ran_wh = int(of_orders_wh)
        for site, box, socket, late_wh in run(self._connection, _LATE, span):
            found[site, box, socket].ran_wh += int(late_wh)
        for site, box, socket, *ends in run(self._connection, _READ, (*span, *span)):
            found[site, box, socket].ends.append((*ends,))
        of_sites = {where: each for where, each in found.items() if where[0] in self._sites}
        for where, each in of_sites.items():
            for register, least_wh, most_wh in each.ends:
                self._compare(where, each, register, (least_wh, most_wh), (since_ms, until_ms))
        return of_sites

    def _compare(
        self,
        where: Socket,
        found: _SocketDay,
        register: str,
        ends_wh: tuple[int, int],
        day_ms: tuple[int, int],
    ) -> None:
        """One that only rose ran from where it stood to its greatest reading; of others each step counts."""
        key = where, register
        if key not in self._stood:
            self._stood[key] = self._before(where, register, day_ms[0])
        stood_wh, (least_wh, most_wh) = self._stood[key], ends_wh
        began_wh = least_wh if stood_wh is None else stood_wh
        self._stood[key] = most_wh
        if least_wh >= began_wh and most_wh - began_wh + found.ran_wh >= found.billed_wh:
            found.ran_wh += most_wh - began_wh
            return
        read = [int(wh) for _ms, _seq, wh in self._one_by_one(where, register, day_ms)]
        steps = [new - old for old, new in pairwise(read if stood_wh is None else [stood_wh, *read])]
        found.ran_wh += sum(step for step in steps if step > 0)
        found.went_back += sum(step < 0 for step in steps)
        self._stood[key] = read[-1]

    def _before(self, where: Socket, register: str, day_ms: int) -> int | None:
        """Where a register stood when it was last read before a day; None: it was not lately."""
        asked = (self._region_id, *where, register, day_ms - LOOK_BACK_MS, day_ms)
        found = [row for query in _LAST_READ for row in run(self._connection, query, asked)]
        return int(max(found)[2]) if found else None

    def _one_by_one(self, where: Socket, register: str, day_ms: tuple[int, int]) -> list[Row]:
        asked = (self._region_id, *where, register, *day_ms)
        return sorted(row for query in _EACH_READ for row in run(self._connection, query, asked))


_WHERE = "region_id = ? AND wall_ms >= ? AND wall_ms < ?"
_READ = f"""
SELECT site, box, socket, register, min(wh), max(wh) FROM (
  SELECT site, box, socket, register, register_wh AS wh FROM charging_starts
  WHERE {_WHERE} AND register <> '' AND of_order = 0
  UNION ALL SELECT site, box, socket, register, last_wh FROM charging_bills
  WHERE {_WHERE} AND register <> '' AND of_order = 0
) AS readings GROUP BY site, box, socket, register
"""  # noqa: S608
_BILLED = (
    "SELECT site, box, socket, CAST(sum(energy_wh) AS BIGINT),"  # noqa: S608
    " CAST(sum(CASE of_order WHEN 1 THEN last_wh ELSE 0 END) AS BIGINT) FROM charging_bills"
    f" WHERE {_WHERE} AND register <> '' GROUP BY site, box, socket"
)
_LATE = (
    "SELECT site, box, socket, CAST(sum(coalesce(energy_wh, 0)) AS BIGINT) FROM charging_lates"  # noqa: S608
    f" WHERE {_WHERE} GROUP BY site, box, socket"
)
_EACH_READ = tuple(
    f"SELECT wall_ms, seq, {wh} FROM {table} WHERE region_id = ? AND site = ? AND box = ? AND socket = ?"  # noqa: S608
    " AND register = ? AND of_order = 0 AND wall_ms >= ? AND wall_ms < ?"
    for table, wh in (("charging_starts", "register_wh"), ("charging_bills", "last_wh"))
)
_LAST_READ = tuple(f"{query} ORDER BY wall_ms DESC, seq DESC LIMIT 1" for query in _EACH_READ)
