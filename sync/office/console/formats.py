"""How figures and times read on the office pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_timedelta
from flask_babel import get_locale

from kiosk.common.clock import DEFAULT_TIME_ZONE, unix_ms
from sync.office.console.files import yuan as in_yuan

MINUS = "\N{MINUS SIGN}"


def yuan(fen: int) -> str:
    """`1,234.50`, with a minus sign as wide as a digit."""
    return f"{in_yuan(fen):,.2f}".replace("-", MINUS)


def signed_yuan(fen: int) -> str:
    """Of a difference: `+2.00`."""
    return f"{'+' if fen > 0 else ''}{yuan(fen)}"


_YUAN = re.compile(r"[0-9]{1,6}(\.[0-9]{1,2})?")


def fen_typed(yuan: str) -> int | None:
    """What somebody typed as an amount in yuan, such as `12.5`; None if it is none."""
    typed = yuan.strip()
    return int(Decimal(typed) * 100) if _YUAN.fullmatch(typed) else None


def ago(at_ms: int) -> str:
    """How long ago, in the page's language and in whole units of which there are two or more."""
    passed_s = max(1, (unix_ms() - at_ms) // 1000)
    return format_timedelta(-passed_s, threshold=2, add_direction=True, locale=get_locale())


def when(at_ms: int, zone_name: str = DEFAULT_TIME_ZONE) -> str:
    """A Unix time on a site's clock: the hour and minute, with the day in front unless that is today."""
    then = local(at_ms, zone_name)
    return then.strftime("%H:%M" if then.date() == today(zone_name) else "%Y-%m-%d %H:%M")


def zones(of_sites: Mapping[str, str]) -> str:
    """The time zones of the sites, each once, such as `Asia/Shanghai, UTC+08:00`."""
    names = sorted(set(of_sites.values())) or [DEFAULT_TIME_ZONE]
    return "; ".join(f"{name}, UTC{local(unix_ms(), name).isoformat()[-6:]}" for name in names)


def zone(name: str) -> ZoneInfo:
    """A site's time zone, or the default for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_TIME_ZONE)


def today(zone_name: str = "") -> date:
    return local(unix_ms(), zone_name).date()


def local(at_ms: int, zone_name: str = DEFAULT_TIME_ZONE) -> datetime:
    """A Unix time on a site's clock."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone(zone_name))


def midnight_ms(day: date, zone_name: str = DEFAULT_TIME_ZONE) -> int:
    """When a day begins on a site's clock, in Unix time."""
    return int(datetime.combine(day, time(), zone(zone_name)).timestamp() * 1000)
