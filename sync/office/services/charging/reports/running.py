"""What runs now, as far as kiosks have said: whose, where, since when, and with how much power at first."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.common.clock import unix_ms
from kiosk.ledger.sql import run
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Column, Shape, Sheet
from sync.office.services.charging.phone.sockets import LONGEST_MS
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.services.charging.words import MEANS

COLUMNS = (
    Column("begun_ms", _("Since"), Shape.TIME),
    Column("site", _("Site"), Shape.SITE),
    Column("socket", _("Socket"), Shape.TEXT),
    Column("resident_id", _("Resident"), Shape.RESIDENT),
    Column("means", _("Started by"), Shape.WORD),
    Column("minutes", _("Minutes"), Shape.MINUTES),
    Column("watts", _("Power at first, W"), Shape.WATTS),
    Column("cap_fen", _("Set aside"), Shape.FEN),
    Column("order_id", _("Order"), Shape.TEXT),
)


def running(connection: sa.Connection, region_id: int, asked: AskedDays, _names: Names) -> Sheet:
    """The latest first, whatever days were asked for; minutes and power only where current flows."""
    places, now_ms = Places.read(connection, region_id), unix_ms()
    rows = []
    for begun_ms, site, box, socket, resident_id, means, flows_ms, power_dw, cap_fen, order in run(
        connection, _RUNNING, (region_id, now_ms - LONGEST_MS)
    ):
        if asked.site in ("", site):
            flows = flows_ms is not None
            minutes = max(0, now_ms - flows_ms) // 60_000 if flows else None
            watts = power_dw // 10 if flows else None
            label = places.label(site, box, socket)
            rows.append((begun_ms, site, label, resident_id, means, minutes, watts, cap_fen, order))
    return Sheet(
        "charging_running",
        _("Charging now"),
        _("Nobody charges just now, as far as kiosks have said."),
        COLUMNS,
        rows,
        words=MEANS,
    )


_RUNNING = """
SELECT s.wall_ms, s.site, s.box, s.socket, s.resident_id, s.means, min(a.wall_ms), max(a.power_dw), s.cap_fen,
  s.order_id
FROM charging_starts AS s LEFT JOIN charging_answers AS a
  ON a.region_id = s.region_id AND a.order_id = s.order_id AND a.reason = ''
WHERE s.region_id = ? AND s.wall_ms >= ? AND NOT EXISTS (
  SELECT 1 FROM charging_bills AS b WHERE b.region_id = s.region_id AND b.order_id = s.order_id)
GROUP BY s.wall_ms, s.site, s.box, s.socket, s.resident_id, s.means, s.cap_fen, s.order_id
ORDER BY s.wall_ms DESC, s.order_id
"""
