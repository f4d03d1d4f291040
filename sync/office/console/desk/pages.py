"""The first page, the one search, and a record by itself."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from sync.office.console.desk.found import Hit
from sync.office.console.desk.record import record_shown
from sync.office.console.desk.tasks import Standpoint, Task, in_order
from sync.office.console.door.guard import area, may, may_open
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.console.reporting import lists
from sync.office.console.residents.found import people_shown
from sync.office.console.shown import Shown, filled
from sync.office.office import Office
from sync.office.people.access.needs import Open, needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import reading

MOST_TASKS = 20
ACTS = {"find": _("Searched"), "record": _("Looked at a record")}


def add_pages(console: Blueprint, office: Office, shown: Shown) -> None:
    """`/`, `/find` and `/records/…`, with what services have to do and to find."""
    region_id = office.settings.region_id

    @console.get("/")
    @needs(Open.LOGGED_IN)
    def overview() -> str:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            panels = filled(shown.overview, connection, region_id, names)
            kiosks = lists.kiosk_lines(connection, region_id, office.moment())
            tasks = tasks_of(connection, Standpoint(region_id, names, kiosks))
        seen = area(Permission.SEE_KIOSKS)
        kiosks = [kiosk for kiosk in kiosks if kiosk.works and seen.has(kiosk.site)]
        return render_template(
            "console/overview.html", names=names, panels=panels, kiosks=kiosks, tasks=tasks, most=MOST_TASKS
        )

    @console.get("/find")
    @needs(Open.LOGGED_IN)
    def find() -> str | Redirect:
        search = Query(request.args).text("q")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            hits = []
            if search:
                kiosks = lists.kiosk_lines(connection, region_id, office.moment())
                hits = hits_for(connection, Standpoint(region_id, names, kiosks), search)
        if len(hits) == 1:
            return redirect(url_for(f"console.{hits[0].endpoint}", **hits[0].asked))
        return render_template(
            "console/find.html", names=names, hits=hits, search=search, others=shown.of_each_resident
        )

    @console.get("/records/<journal>/<int(max=999999999999999):seq>")
    @needs(Permission.SEE_SALES)
    def record(journal: str, seq: int) -> str:
        try:
            journal_id = bytes.fromhex(journal)
        except ValueError:
            abort(404)
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = record_shown(connection, region_id, journal_id, seq) or abort(404)
            residents = people_shown(connection, region_id, {each.resident_id for each in found.moved})
        return render_template("console/record.html", names=names, found=found, residents=residents)

    def tasks_of(connection: sa.Connection, here: Standpoint) -> Sequence[Task]:
        """What waits for whoever is logged in."""
        mine = [each for each in shown.waits if may(each.needs)]
        waiting = [task for each in mine for task in each.look_up(connection, here, area(each.needs))]
        return in_order(task for task in waiting if may_open(f"console.{task.endpoint}"))

    def hits_for(connection: sa.Connection, here: Standpoint, search: str) -> list[Hit]:
        """What whoever is logged in may find."""
        mine = [each for each in shown.finds if may(each.needs)]
        return [hit for each in mine for hit in each.look_up(connection, here, area(each.needs), search)]
