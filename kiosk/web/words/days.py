"""Days as people say them."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import format_skeleton
from flask_babel import get_locale, gettext

from kiosk.web.words.sentence import N_

NEAR = {-1: N_("yesterday"), 0: N_("today"), 1: N_("tomorrow")}


def near_day(day: date, today: date) -> str:
    """Today, tomorrow, yesterday, or else the day of the month and the weekday: short enough for a button."""
    away = NEAR.get((day - today).days)
    return str(gettext(away)) if away else str(format_skeleton("Ed", day, locale=get_locale()))


def moment(said: str) -> str:
    """A time as it is, `HH:MM`; an ISO date as month and day."""
    is_day = "-" in said
    return str(format_skeleton("MMMd", date.fromisoformat(said), locale=get_locale())) if is_day else said


def past_day(iso: str, today_iso: str) -> str:
    """A day of the last weeks: today, yesterday, or month and day."""
    day, today = date.fromisoformat(iso), date.fromisoformat(today_iso)
    if day == today:
        return str(gettext("Today"))
    if day == today - timedelta(days=1):
        return str(gettext("Yesterday"))
    return str(format_skeleton("MMMd", day, locale=get_locale()))
