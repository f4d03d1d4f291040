"""The pages of care: whom to ask after today, a resident's history, and how it is all set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from sync.office.console import files, formats
from sync.office.console.door.acting import acting, looked_at
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.console.reporting.paper import FontMissing
from sync.office.console.shown import Link, Panel, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.care import leave_pages, rounds, setting_pages, watches
from sync.office.services.care.alerting import WAITS
from sync.office.services.care.day_list import day_lists
from sync.office.services.care.settings import HOUR_MS
from sync.office.services.care.shown import AskedAfter, shown
from sync.office.services.care.watches import (
    SAID_BY_PEOPLE,
    UNREACHED,
    NotOpen,
    Outcome,
    WatchKey,
    WatchState,
)
from sync.office.services.care.words import WORDS, sentence
from sync.office.store.database import reading

LONGEST_NOTE = 200
LATELY_MS = 24 * HOUR_MS
ON_RESIDENT = 3  # the latest, on the resident's own page


def blueprint(office: Office) -> Blueprint:
    pages = Blueprint("care", __name__, template_folder="templates")
    region_id = office.region_id

    @pages.get("/care")
    @needs(Permission.SEE_CARE)
    def care() -> str:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            waiting = _shown(connection, watches.unanswered(connection, region_id))
            ended = watches.ended_since(connection, region_id, office.now_ms() - LATELY_MS)
            answered = _shown(connection, ended)
            unknown = [each for each in waiting if each.watch.state is WatchState.UNKNOWN]
            silent = {
                each.watch.site: rounds.silent_kiosks(
                    connection, region_id, each.watch.site, each.watch.closes_ms
                )
                for each in unknown
            }
        looked_at(each.watch.key.resident_id for each in (*waiting, *answered))
        return render_template(
            "care/care.html",
            names=names,
            waiting=[each for each in waiting if each.watch.state is WatchState.OPEN],
            unknown=unknown,
            silent=silent,
            answered=answered,
            words=WORDS,
            outcomes=(*SAID_BY_PEOPLE, UNREACHED),
        )

    @pages.get("/care.pdf")
    @needs(Permission.SEE_CARE)
    def care_paper() -> Response | tuple[str, int]:
        today = formats.today()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = _shown(connection, watches.unanswered(connection, region_id))
        waiting = [each for each in found if each.watch.state is WatchState.OPEN]
        looked_at(each.watch.key.resident_id for each in waiting)
        try:
            return files.attached(day_lists(waiting, names, today), f"care-{today}.pdf")
        except FontMissing as missing:
            words = gettext("The office's machine has no font for this: install %(package)s.")
            return render_template("console/message.html", message=words % {"package": missing.package}), 503

    @pages.post("/care/<int:resident_id>/answer")
    @needs(Permission.RECORD_CARE)
    def answer_care(resident_id: int) -> Redirect | tuple[str, int]:
        said, note = request.form.get("said", ""), request.form.get("note", "").strip()[:LONGEST_NOTE]
        key, now_ms = _key(resident_id), office.now_ms()
        if said not in (*SAID_BY_PEOPLE, UNREACHED):
            abort(400)
        try:
            with acting(office, resident=resident_id, day=key.day, meal=key.occasion) as doing:
                doing.residents.append(resident_id)
                doing.after["said"] = said
                if said == UNREACHED:
                    _not_reached(doing.connection, key, note, now_ms)
                else:
                    by = {"who": current_user.username, "note": note}
                    watches.end(doing.connection, region_id, key, Outcome(said), now_ms, **by)
        except NotOpen as refusal:
            return render_template("console/message.html", message=gettext(sentence(refusal))), 409
        return redirect(url_for("console.care.care"))

    @pages.post("/care/<int:resident_id>/take-back")
    @needs(Permission.RECORD_CARE)
    def take_answer_back(resident_id: int) -> Redirect | tuple[str, int]:
        key = _key(resident_id)
        try:
            with acting(office, resident=resident_id, day=key.day, meal=key.occasion) as doing:
                doing.residents.append(resident_id)
                who = current_user.username
                watches.take_back(doing.connection, region_id, key, who, office.now_ms())
        except NotOpen as refusal:
            return render_template("console/message.html", message=gettext(sentence(refusal))), 409
        return redirect(url_for("console.care.care"))

    def _shown(connection: sa.Connection, several: list[watches.CareWatch]) -> list[AskedAfter]:
        return shown(connection, region_id, several, area(), formats.today())

    def _not_reached(connection: sa.Connection, key: WatchKey, note: str, now_ms: int) -> None:
        """It is noted, and the next person is asked at once."""
        watch = watches.standing(connection, region_id, key)
        if watch.state is not WatchState.OPEN:
            raise NotOpen
        who = current_user.username
        watches.say(connection, region_id, key, UNREACHED, at_ms=now_ms, who=who, note=note)
        if rounds.can_climb(connection, region_id, watch, now_ms):
            watches.climb(connection, region_id, watch, now_ms)

    leave_pages.add_pages(pages, office)
    setting_pages.add_pages(pages, office)
    return pages


def _key(resident_id: int) -> WatchKey:
    query = Query(request.form)
    day = query.day("day", formats.today())
    query.insist()
    return WatchKey(resident_id, day, query.text("occasion"))


def _of_resident(connection: sa.Connection, region_id: int, resident_id: int) -> Mapping[str, object]:
    found = watches.of_resident(connection, region_id, resident_id, ON_RESIDENT)
    return {"watches": found, "words": WORDS, "resident_id": resident_id}


SHOWN = Shown(
    pages=(blueprint,),
    links=(Link(15, "care.care", _("Care")),),
    of_resident=(Panel("care/latest.html", _of_resident, Permission.SEE_CARE),),
    of_each_resident=(Link(60, "care.care_of", _("Care")),),
    acts={
        "care.care": _("Looked at whom to ask after"),
        "care.care_paper": _("Printed whom to ask after"),
        "care.answer_care": _("Said how a resident is"),
        "care.take_answer_back": _("Took back how a resident is"),
        **leave_pages.ACTS,
        **setting_pages.ACTS,
    },
    waits=WAITS,
    translations=(Path(__file__).parent / "translations",),
)
