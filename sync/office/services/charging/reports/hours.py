"""How much of the time sockets are in use, by the hour of the day."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Column, Shape, Sheet
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports.asked import DAY_MS, QUARTER_MS, AskedDays, moment_of

HOURS = 24
MINUTE_MS = 60_000

COLUMNS = (
    Column("hour", _("Hour"), Shape.TEXT),
    Column("site", _("Site"), Shape.SITE),
    Column("sockets", _("Sockets"), Shape.COUNT),
    Column("minutes", _("Minutes in use"), Shape.MINUTES),
    Column("percent", _("In use, percent"), Shape.PERCENT),
)


def hours(connection: sa.Connection, region_id: int, asked: AskedDays, names: Names) -> Sheet:
    """A row for each hour and site; what goes on now is counted when it has ended."""
    places = Places.read(connection, region_id)
    used = _used_ms(connection, region_id, asked, names)
    rows = []
    for site in places.sites.values():
        if asked.site not in ("", site.site):
            continue
        whole = len(site.sockets) * asked.days * 60
        for hour in range(HOURS):
            minutes = used[site.site, hour] // MINUTE_MS
            rows.append((f"{hour:02d}:00", site.site, len(site.sockets), minutes, 100 * minutes // whole))
    return Sheet("charging_hours", _("Use by hour"), _("No charging point is set up."), COLUMNS, rows)


def _used_ms(
    connection: sa.Connection, region_id: int, asked: AskedDays, names: Names
) -> dict[tuple[str, int], int]:
    """By site and hour of the day, on the days asked for.

    From how many sessions begin and end within each quarter of an hour, and how far into it, follows how long
    all of them together went on within it.
    """
    since_ms, until_ms = asked.span_ms(names.time_zones)
    begun = _counted(connection, "from_ms", region_id, since_ms, until_ms)
    ended = _counted(connection, "wall_ms", region_id, since_ms, until_ms)
    used: dict[tuple[str, int], int] = defaultdict(int)
    for site in {site for site, _quarter in (*begun, *ended)}:
        zone, running = names.time_zones.get(site, ""), 0
        for quarter in range(since_ms // QUARTER_MS, -(-until_ms // QUARTER_MS)):
            came, came_ms = begun.get((site, quarter), (0, 0))
            went, went_ms = ended.get((site, quarter), (0, 0))
            quarter_ms = running * QUARTER_MS + came * QUARTER_MS - came_ms - (went * QUARTER_MS - went_ms)
            running += came - went
            at = moment_of(quarter, zone)
            if quarter_ms and asked.has(at.date()):
                used[site, at.hour] += quarter_ms
    return used


def _counted(
    connection: sa.Connection, edge: str, region_id: int, since_ms: int, until_ms: int
) -> dict[tuple[str, int], tuple[int, int]]:
    """By site and quarter: how many sessions begin or end there, and the sum of how far into it."""
    ends = (since_ms, since_ms, until_ms, until_ms)
    values = (*ends, region_id, since_ms, until_ms + DAY_MS, until_ms)
    rows = run(connection, _EDGES.format(edge=edge), values)
    return {(str(site), int(quarter)): (int(count), int(into_ms)) for site, quarter, count, into_ms in rows}


# What reaches over the ends of the days is cut off there. No session goes on for more than a day.
_EDGES = f"""
SELECT site, at_ms / {QUARTER_MS} AS quarter, count(*),
  CAST(sum(at_ms - at_ms / {QUARTER_MS} * {QUARTER_MS}) AS BIGINT)
FROM (
  SELECT site, CASE WHEN {{edge}} < ? THEN ? WHEN {{edge}} > ? THEN ? ELSE {{edge}} END AS at_ms
  FROM charging_bills WHERE region_id = ? AND wall_ms >= ? AND wall_ms < ? AND from_ms < ?
) AS edges GROUP BY site, at_ms / {QUARTER_MS}
"""  # noqa: S608
