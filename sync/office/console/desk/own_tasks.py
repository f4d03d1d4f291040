"""What the office itself waits for: kiosks that are not heard or not believed, records to be looked at."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from sync.office.console.desk.tasks import Hurt, Standpoint, Task, Waits
from sync.office.console.marking import _
from sync.office.console.reviewing.listed import open_count
from sync.office.console.reviewing.suspense import deciding
from sync.office.people.access.areas import EVERYWHERE, Area
from sync.office.people.access.permissions import Permission


def _kiosks(_connection: sa.Connection, here: Standpoint, seen: Area) -> Iterable[Task]:
    for kiosk in here.kiosks:
        if not kiosk.works or not seen.has(kiosk.site):
            continue
        about = {"kiosk": kiosk.name, "site": here.names.site(kiosk.site)}
        if kiosk.quarantined:
            words = _("%(kiosk)s (%(site)s) was not believed three times: somebody may have its key")
            yield Task(Hurt.MONEY, words, _("Look at it"), "kiosks", about)
        if kiosk.silent_days:
            words = _("%(kiosk)s (%(site)s) has not been heard for %(days)s days")
            figures = {**about, "days": kiosk.silent_days}
            since_ms = kiosk.silent_since_ms or 0
            yield Task(Hurt.SERVICE, words, _("Look at it"), "kiosks", figures, since_ms=since_ms)


def _reviews(connection: sa.Connection, here: Standpoint, seen: Area) -> Iterable[Task]:
    count = open_count(connection, here.region_id, seen)
    in_suspense = deciding.waiting(connection, here.region_id) if seen == EVERYWHERE else {}
    if in_suspense:
        words = _("Records that the office does not believe: %(count)s. They move no money until you decide")
        fen = sum(each.said_fen for each in in_suspense.values())
        yield Task(Hurt.MONEY, words, _("Decide"), "reviews", {"count": len(in_suspense)}, fen=fen)
    if count > len(in_suspense):
        words = _("Records that somebody should look at: %(count)s")
        yield Task(Hurt.ORDER, words, _("Look at them"), "reviews", {"count": count - len(in_suspense)})


WAITS = (Waits(Permission.SEE_KIOSKS, _kiosks), Waits(Permission.SEE_REVIEWS, _reviews))
