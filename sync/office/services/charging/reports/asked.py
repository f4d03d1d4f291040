"""Which sessions a report is about, and the days and hours of the sites that they fall on.

Sums are made by the database for each quarter of an hour, for every time zone's days and hours begin with
one; which day and hour that is of a site is reckoned here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sync.office.console import formats

QUARTER_MS = 15 * 60 * 1000
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class AskedDays:
    """Of all sites or one, from one day to another; `who` is a resident's number or a socket, empty: any."""

    first_day: date
    last_day: date
    site: str = ""
    who: str = ""

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def span_ms(self, zones: Mapping[str, str]) -> tuple[int, int]:
        """From where the first day begins to where the last one ends, at the earliest and latest site."""
        asked = [zones.get(self.site, "")] if self.site else sorted({*zones.values()}) or [""]
        begins = [formats.midnight_ms(self.first_day, zone) for zone in asked]
        ends = [formats.midnight_ms(self.last_day + timedelta(days=1), zone) for zone in asked]
        return min(begins), max(ends)

    def has(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def moment_of(quarter: int, zone: str) -> datetime:
    """When a quarter of an hour begins, on a site's clock."""
    return formats.local(quarter * QUARTER_MS, zone)
