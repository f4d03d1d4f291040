"""Grave alarms, as troubles that somebody outside is told of until a clerk has seen them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from sync.office.console.languages import translations
from sync.office.people.alerts import Alert
from sync.office.services.charging.alarms import OpenAlarm, open_alarms

WORDS = (Path(__file__).parent / "translations",)


def alerts(connection: sa.Connection, region_id: int) -> Iterator[Alert]:
    """Told at once: smoke is no matter of patience."""
    for each in open_alarms(connection, region_id, most=None):
        yield Alert(
            key=f"charging {each.journal} {each.seq}",
            site=each.site,
            since_ms=each.wall_ms,
            says=_sentences(each),
            about={"socket": each.socket, "alarm": each.kind},
        )


def _sentences(alarm: OpenAlarm) -> tuple[str, str]:
    where = f"{alarm.site} {alarm.socket}".strip()
    chinese, english = (translations(each, WORDS).gettext(alarm.alarm) for each in ("zh", "en"))
    return f"{where}：{chinese}。请马上派人去看。", f"{where}: {english}. Send somebody at once."
