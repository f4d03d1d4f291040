"""How a socket stands, by what its kiosk has sent: free, being started, charging, or shut by an alarm.

The office knows the beginning of a session, that current flows, and its end. What flows in between it reckons
from the power that was seen first, and the page says that it is about so much.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.catalogue.contact import Heard
from kiosk.ledger.sql import Row, run
from kiosk.services.charging.items import REMOTE_ORDER, ChargingSite, SocketPlace
from kiosk.services.charging.looks import Look
from kiosk.services.charging.machine.pricing import SECONDS_PER_HOUR, Use, price, tier_of
from kiosk.services.charging.records import GRAVE, ChargingBegun, TierTime
from sync.office.catalogue.publishing import shown
from sync.office.console.reporting.lists import kiosk_lines
from sync.office.services.charging.alarms.ahead import alarms_ahead, shuts

HOUR_MS = 3600 * 1000
LONGEST_MS = 25 * HOUR_MS  # what began longer ago and never ended, ended at a kiosk that was lost


@dataclass(frozen=True, slots=True)
class Running:
    """A session that has begun and not ended, as far as the office has heard."""

    order: str
    resident_id: int
    started_by: int
    tariff_id: str
    cap_fen: int
    begun_ms: int
    flows_ms: int | None
    power_dw: int

    def is_of(self, resident_id: int) -> bool:
        return resident_id in (self.resident_id, self.started_by)

    def minutes(self, now_ms: int) -> int:
        return max(0, now_ms - self.flows_ms) // 60_000 if self.flows_ms is not None else 0

    def cost_fen(self, began: ChargingBegun, now_ms: int) -> int | None:
        """By the kiosk's arithmetic, as if power were always that of the first look; None: no price known."""
        if began.tariff is None:
            return None
        flowed_s = max(0, now_ms - self.flows_ms) // 1000 if self.flows_ms is not None else 0
        place = tier_of(began.tariff, self.power_dw)
        tiers = (TierTime(began.tariff.tiers[place].to_w, flowed_s),) if place is not None else ()
        energy_wh = self.power_dw * flowed_s // (10 * SECONDS_PER_HOUR)
        use = Use(energy_wh, flowed_s, tiers, min(began.pass_s, flowed_s))
        return price(began.tariff, use, self.cap_fen).due_fen


@dataclass(frozen=True, slots=True)
class SocketStanding:
    """One socket at one moment."""

    place: SocketPlace
    look: Look
    running: Running | None = None


def standing(
    connection: sa.Connection, region_id: int, site: ChargingSite, place: SocketPlace, now_ms: int
) -> SocketStanding:
    if _is_shut(connection, region_id, site.site, place):
        return SocketStanding(place, Look.CLOSED)
    running = _running(connection, region_id, site.site, place, now_ms)
    if running is None:
        return SocketStanding(place, Look.FREE)
    if running.flows_ms is None:
        return SocketStanding(place, Look.STARTING, running)
    asked = shown(connection, region_id, REMOTE_ORDER, running.order)
    is_stopping = asked is not None and asked.is_stop and asked.until_ms > now_ms
    return SocketStanding(place, Look.STOPPING if is_stopping else Look.CHARGING, running)


def heard_ms(connection: sa.Connection, region_id: int, site: str, now: Heard) -> int | None:
    """When a site's kiosks were last heard; None while one of them is in contact. 0: never."""
    lines = [each for each in kiosk_lines(connection, region_id, now) if each.site == site and each.works]
    if any(each.last_seen_ms is not None and each.silent_since_ms is None for each in lines):
        return None
    return max((each.silent_since_ms or 0 for each in lines), default=0)


def _running(
    connection: sa.Connection, region_id: int, site: str, place: SocketPlace, now_ms: int
) -> Running | None:
    at = (region_id, site, place.box, place.number)
    rows = run(connection, _LAST, (*at, now_ms - LONGEST_MS))
    if not rows:
        return None
    order, resident_id, started_by, tariff_id, cap_fen, begun_ms = rows[0]
    if run(connection, _ENDED, (region_id, order)):
        return None
    flows = run(connection, _FLOWS, (region_id, order))
    flows_ms, power_dw = flows[0] if flows else (None, 0)
    return Running(order, resident_id, started_by, tariff_id, cap_fen, begun_ms, flows_ms, power_dw)


def _is_shut(connection: sa.Connection, region_id: int, site: str, place: SocketPlace) -> bool:
    """By an alarm of the socket or its box that no technician has cleared since."""
    marks = ", ".join("?" * len(GRAVE))
    values: Row = (region_id, site, place.box, place.number, *sorted(GRAVE))
    is_booked = bool(run(connection, _SHUT.format(marks=marks), values))
    return is_booked or shuts(alarms_ahead(connection, region_id), site, place)


_LAST = (
    "SELECT order_id, resident_id, started_by, tariff_id, cap_fen, wall_ms FROM charging_starts"
    " WHERE region_id = ? AND site = ? AND box = ? AND socket = ? AND wall_ms >= ?"
    " ORDER BY wall_ms DESC, seq DESC LIMIT 1"
)
_ENDED = "SELECT 1 FROM charging_bills WHERE region_id = ? AND order_id = ?"
_FLOWS = (
    "SELECT wall_ms, power_dw FROM charging_answers WHERE region_id = ? AND order_id = ? AND reason = ''"
    " ORDER BY wall_ms LIMIT 1"
)
_SHUT = """
SELECT 1 FROM charging_alarms AS a WHERE a.region_id = ? AND a.site = ? AND a.box = ? AND a.socket IN (0, ?)
AND a.what = 'on' AND a.alarm IN ({marks}) AND NOT EXISTS (SELECT 1 FROM charging_alarms AS c
  WHERE c.region_id = a.region_id AND c.site = a.site AND c.box = a.box AND c.socket IN (0, a.socket)
  AND c.what = 'cleared' AND c.alarm IN ('', a.alarm) AND c.wall_ms >= a.wall_ms)
LIMIT 1
"""
