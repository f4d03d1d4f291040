"""How each site is watched over. Nobody is, until somebody at the office says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from sync.office.people.habits import Rule
from sync.office.store.tables import care_sites

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class SiteCare:
    """`wait_minutes` after a meal who stayed away is looked up; whoever was seen within `sign_hours` before
    its end is well. After `climb_minutes` without an answer the next person is asked.
    """

    watched: bool = False
    weeks: int = 6
    times: int = 4
    wait_minutes: int = 30
    sign_hours: int = 6
    climb_minutes: int = 120

    @property
    def rule(self) -> Rule:
        return Rule(self.weeks, self.times)

    @property
    def climb_ms(self) -> int:
        return self.climb_minutes * MINUTE_MS

    def is_due(self, closes_ms: int, now_ms: int) -> bool:
        return now_ms >= closes_ms + self.wait_minutes * MINUTE_MS

    def signs_since_ms(self, closes_ms: int) -> int:
        return closes_ms - self.sign_hours * HOUR_MS


RANGES: Mapping[str, tuple[int, int]] = {
    "weeks": (1, 12),
    "times": (1, 12),
    "wait_minutes": (0, 12 * 60),
    "sign_hours": (0, 48),
    "climb_minutes": (10, 24 * 60),
}


def sites(connection: sa.Connection, region_id: int) -> Mapping[str, SiteCare]:
    """Those of which somebody said something."""
    c = care_sites.c
    rows = connection.execute(sa.select(care_sites).where(c.region_id == region_id).order_by(c.site))
    names = ("watched", *RANGES)
    return {row.site: SiteCare(**{name: getattr(row, name) for name in names}) for row in rows}


def keep(connection: sa.Connection, region_id: int, site: str, care: SiteCare) -> None:
    c = care_sites.c
    connection.execute(care_sites.delete().where(c.region_id == region_id, c.site == site))
    figures = {name: getattr(care, name) for name in RANGES}
    row = {"region_id": region_id, "site": site, "watched": care.watched, **figures}
    connection.execute(care_sites.insert(), row)
