"""A resident's history of care, and the days on which they are known to be away."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from sync.office.console import formats
from sync.office.console.door.acting import acting, looked_at, nothing_done
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.console.residents.found import resident_line
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.care import leaves, watches
from sync.office.services.care.words import WORDS
from sync.office.store.database import reading

LONGEST_LEAVE = timedelta(days=366)
ACTS = {
    "care.care_of": _("Looked at a resident's care"),
    "care.add_leave": _("Noted that a resident is away"),
    "care.remove_leave": _("Took back that a resident is away"),
}


def add_pages(pages: Blueprint, office: Office) -> None:
    region_id = office.region_id

    @pages.get("/residents/<int:resident_id>/care")
    @needs(Permission.SEE_CARE)
    def care_of(resident_id: int) -> tuple[str, int]:
        return _page(resident_id, {})

    @pages.post("/residents/<int:resident_id>/leaves")
    @needs(Permission.RECORD_CARE)
    def add_leave(resident_id: int) -> tuple[str, int] | Redirect:
        days, wrong = _days()
        if wrong:
            nothing_done()
            return _page(resident_id, wrong)
        why = Query(request.form).text("why")
        with acting(office, resident=resident_id, **{"from": days[0], "to": days[1]}) as doing:
            doing.residents.append(resident_id)
            by = {"who": current_user.username, "at_ms": office.now_ms()}
            leaves.add(doing.connection, region_id, resident_id, days, why, **by)
        return redirect(url_for("console.care.care_of", resident_id=resident_id))

    @pages.post("/residents/<int:resident_id>/leaves/remove")
    @needs(Permission.RECORD_CARE)
    def remove_leave(resident_id: int) -> Redirect:
        seq = Query(request.form).number("seq")
        with acting(office, resident=resident_id, leave=seq) as doing:
            doing.residents.append(resident_id)
            if not leaves.remove(doing.connection, region_id, resident_id, seq):
                abort(404)
        return redirect(url_for("console.care.care_of", resident_id=resident_id))

    def _page(resident_id: int, wrong: dict[str, str]) -> tuple[str, int]:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            line = resident_line(connection, region_id, resident_id) or abort(404)
            found = watches.of_resident(connection, region_id, resident_id)
            away = leaves.of_resident(connection, region_id, resident_id)
            said = defaultdict(list)
            for each in watches.words_of(connection, region_id, resident_id):
                said[each.key].append(each)
        looked_at([resident_id])
        page = render_template(
            "care/resident.html",
            names=names,
            who=line.resident,
            watches=found,
            said=said,
            leaves=away,
            words=WORDS,
            today=formats.today(),
            given=request.form,
            wrong=wrong,
        )
        return page, 400 if wrong else 200


def _days() -> tuple[tuple[date, date], dict[str, str]]:
    query = Query(request.form)
    days = query.days(formats.today(), formats.today())
    if not query.wrong and days[1] - days[0] > LONGEST_LEAVE:
        query.wrong["to"] = gettext("A year at most: whoever is away for longer has moved away.")
    return days, query.wrong
