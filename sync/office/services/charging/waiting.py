"""What of charging needs a person: sockets that stay closed until somebody has been there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext

from sync.office.console import formats
from sync.office.console.desk.tasks import Hurt, Moment, Task, Waits
from sync.office.console.marking import _
from sync.office.people.access.areas import Area
from sync.office.people.access.permissions import Permission
from sync.office.services.charging.alarms import standing
from sync.office.services.charging.reports.asked import AskedDays

DAYS = 30


def _sockets(connection: sa.Connection, moment: Moment, seen: Area) -> Iterable[Task]:
    today = formats.today()
    days = AskedDays(today - timedelta(days=DAYS), today)
    for each in standing(connection, moment.region_id, days, moment.names):
        if not seen.has(each.site):
            continue
        words = _("%(socket)s (%(site)s) is closed: %(alarm)s. Somebody has to go there")
        about = {"socket": each.socket, "site": moment.names.site(each.site), "alarm": gettext(each.alarm)}
        asked = {"report": "alarms", "from": days.first_day, "site": each.site}
        hurt = Hurt.PEOPLE if each.grave else Hurt.SERVICE
        yield Task(hurt, words, _("Look at it"), "charging.charging", about, asked, since_ms=each.wall_ms)


WAITS = (Waits(Permission.SEE_SALES, _sockets),)
