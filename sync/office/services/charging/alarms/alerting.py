"""What calls for a person: grave alarms, told outside until a clerk has seen them; and what stays closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext

from sync.office.console import formats
from sync.office.console.desk.tasks import Hurt, Standpoint, Task, Waits
from sync.office.console.languages import translations
from sync.office.console.marking import _
from sync.office.people.access.areas import Area
from sync.office.people.access.permissions import Permission
from sync.office.people.alerts import Alert
from sync.office.services.charging.alarms.log import OpenAlarm, open_alarms, standing
from sync.office.services.charging.reports.asked import AskedDays

DAYS = 30
WORDS = (Path(__file__).parents[1] / "translations",)


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


def _sockets(connection: sa.Connection, here: Standpoint, seen: Area) -> Iterable[Task]:
    today = formats.today()
    days = AskedDays(today - timedelta(days=DAYS), today)
    for each in standing(connection, here.region_id, days, here.names):
        if not seen.has(each.site):
            continue
        words = _("%(socket)s (%(site)s) is closed: %(alarm)s. Somebody has to go there")
        about = {"socket": each.socket, "site": here.names.site(each.site), "alarm": gettext(each.alarm)}
        asked = {"report": "alarms", "from": days.first_day, "site": each.site}
        hurt = Hurt.PEOPLE if each.grave else Hurt.SERVICE
        yield Task(hurt, words, _("Look at it"), "charging.charging", about, asked, since_ms=each.wall_ms)


WAITS = (Waits(Permission.SEE_SALES, _sockets),)
