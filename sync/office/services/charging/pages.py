"""The pages of charging for clerks: one table each, and the same as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.ledger.posting import JournalKey
from kiosk.plain.numbers import whole_number
from kiosk.services.charging.items import ChargingSite, SocketPlace
from kiosk.services.charging.phone.page import TRANSLATIONS
from kiosk.services.charging.saying.labels import NoPage
from sync.office.api.openapi import Download
from sync.office.books.bank.sums import AccountShort
from sync.office.console import files, formats
from sync.office.console.door.acting import acting, looked_at
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.console.reporting.paper import FontMissing
from sync.office.console.reporting.sheets import Sheet, SheetFile, export
from sync.office.console.residents.found import people_shown
from sync.office.console.shown import Link, Panel, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.charging import deciding
from sync.office.services.charging.alarms import log as alarm_log
from sync.office.services.charging.alarms.alerting import WAITS
from sync.office.services.charging.alarms.log import alarms
from sync.office.services.charging.phone import stopping
from sync.office.services.charging.phone.printing import labels_pdf
from sync.office.services.charging.phone.sockets import heard_ms
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports import ocpp
from sync.office.services.charging.reports import sessions as session_log
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.services.charging.reports.books import books
from sync.office.services.charging.reports.hours import hours
from sync.office.services.charging.reports.money import money
from sync.office.services.charging.reports.orphans import orphans
from sync.office.services.charging.reports.pictures import PICTURES
from sync.office.services.charging.reports.running import running
from sync.office.services.charging.words import BASES, REVIEWS
from sync.office.store.database import reading

Report = Callable[[sa.Connection, int, AskedDays, Names], Sheet]

REPORTS: Mapping[str, Report] = {
    "sessions": session_log.sessions,
    "running": running,
    "money": money,
    "books": books,
    "hours": hours,
    "orphans": orphans,
    "alarms": alarms,
}
_TITLES = {
    "sessions": _("Sessions"),
    "running": _("Charging now"),
    "money": _("Energy and money"),
    "books": _("Sessions and the books"),
    "hours": _("Use by hour"),
    "orphans": _("Energy nobody paid for"),
    "alarms": _("Alarms and faults"),
}
DOWNLOADS = [
    Download(
        f"/charging/{report}.json",
        f"Charging, {report}: fen, watt-hours and Unix milliseconds",
        SheetFile,
        {"from": date, "to": date, "site": str, "who": str},
    )
    for report in REPORTS
]
WEEK = timedelta(days=6)
OF_RESIDENT = timedelta(days=92)
_KINDS = "sessions, running, money, books, hours, orphans, alarms"

_log = structlog.get_logger()


def blueprint(office: Office) -> Blueprint:
    """`/charging`, a page and a file for each report, and a clerk's word on an alarm."""
    pages = Blueprint("charging", __name__, template_folder="templates", url_prefix="/charging")

    @pages.get("", defaults={"report": "sessions"})
    @pages.get(f"/<any({_KINDS}):report>")
    @needs(Permission.SEE_SALES)
    def charging(report: str) -> tuple[str, int]:
        query = Query(request.args)
        asked, page = _asked(query), query.number("page")
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            paged = report == "sessions"
            if paged:
                sheet = session_log.sessions(connection, office.region_id, asked, names, page)
                count = session_log.count(connection, office.region_id, asked, names)
            else:
                sheet, count = REPORTS[report](connection, office.region_id, asked, names), 0
            residents = people_shown(connection, office.region_id, sheet.residents)
            stops = _stops(connection, office, sheet) if report == "running" else {}
            labelled = _labelled(connection, office.region_id, asked) if report == "running" else []
        return query.answer(
            "charging/report.html",
            sheet=sheet,
            asked=asked,
            names=names,
            residents=residents,
            report=report,
            titles=_TITLES,
            stops=stops,
            labelled=labelled,
            paged=paged,
            page=page,
            pages=-(-count // session_log.PER_PAGE),
        )

    @pages.get(f"/<any({_KINDS}):report>.<any(json, csv, xlsx):file_format>")
    @needs(Permission.SEE_SALES)
    def file(report: str, file_format: str) -> Response:
        query = Query(request.args)
        asked = _asked(query)
        query.insist()
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            sheet = REPORTS[report](connection, office.region_id, asked, names)
        looked_at(sheet.residents)
        name = f"charging-{report}-{asked.first_day}-{asked.last_day}.{file_format}"
        return files.attached(export(sheet, file_format, names, gettext), name)

    @pages.get("/sessions.ocpp.jsonl")
    @needs(Permission.SEE_SALES)
    def ocpp_file() -> Response:
        """Sessions that ended as OCPP 2.0.1 tells them, a request in a line."""
        query = Query(request.args)
        asked = _asked(query)
        query.insist()
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            looked_at(session_log.sessions(connection, office.region_id, asked, names).residents)
            lines = b"".join(ocpp.lines(connection, office.region_id, asked, names.time_zones))
        return files.attached(lines, f"charging-ocpp-{asked.first_day}-{asked.last_day}.jsonl")

    @pages.get("/labels/<site>.pdf")
    @needs(Permission.SEE_SALES)
    def labels(site: str) -> Response:
        """To print, cut out and put on its sockets."""
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, "zh")
            found = Places.read(connection, office.region_id).sites.get(site) or abort(404)
        try:
            return files.attached(labels_pdf(found, names.site(site)), f"labels-{site}.pdf")
        except NoPage:
            abort(409, description=gettext("The site has no page for phones: name it as `page` in the file."))
        except FontMissing as missing:
            said = gettext(
                "The office's machine lacks a font: have %(package)s installed.", package=missing.package
            )
            abort(503, description=said)

    @pages.get("/running/<site>/<label>/stop")
    @needs(Permission.STOP_CHARGING)
    def to_stop(site: str, label: str) -> Redirect | str:
        """The question; nothing is stopped by looking at an address."""
        with reading(office.engine) as connection:
            found, place = _called(connection, office.region_id, site, label)
            try:
                runs = stopping.runs_at(connection, office, found, place)
            except stopping.NothingRunsThere:
                return _to_running()
            return render_template(
                "charging/stop.html",
                site=found,
                place=place,
                running=runs,
                names=load_names(connection, office.region_id, current()),
                residents=people_shown(connection, office.region_id, [runs.resident_id]),
                is_silent=heard_ms(connection, office.region_id, site, office.moment()) is not None,
            )

    @pages.post("/running/<site>/<label>/stop")
    @needs(Permission.STOP_CHARGING)
    def stop(site: str, label: str) -> Redirect:
        """What ended meanwhile has ended; what began there since goes on."""
        order = request.form.get("order_id") or abort(400)
        try:
            with acting(office, site=site, socket=label, order=order) as doing:
                found = _called(doing.connection, office.region_id, site, label)
                stopping.stop(doing.connection, office, *found, clerk=current_user.username, order=order)
        except stopping.NothingRunsThere:
            return _to_running()
        _log.info("charging_stop_asked", clerk=current_user.username, order=order, site=site, socket=label)
        return _to_running()

    @pages.post("/alarms/seen")
    @needs(Permission.SETTLE_ALARMS)
    def seen() -> Redirect:
        key, seq = _place(office.region_id)
        with acting(office, journal=key.journal_id.hex(), seq=seq) as doing:
            alarm_log.acknowledge(doing.connection, key, seq, current_user.username, office.now_ms())
        _log.info("alarm_seen", clerk=current_user.username, journal=key.journal_id.hex(), seq=seq)
        return redirect(url_for("console.charging.charging", report="alarms"))

    @pages.post("/bill")
    @needs(Permission.MOVE_MONEY)
    def bill() -> Redirect:
        key, seq = _place(office.region_id)
        try:
            with acting(office, journal=key.journal_id.hex(), seq=seq) as doing:
                billed = deciding.bill(doing.connection, key, seq, current_user.username, office.now_ms())
                doing.after["billed_fen"] = str(billed.price.due_fen)
                doing.residents.append(billed.resident_id)
        except AccountShort as short:
            missing = formats.yuan(short.missing_fen)
            abort(409, description=gettext("The account lacks %(missing)s yuan for it.", missing=missing))
        except deciding.NothingToBill:  # a second touch, or somebody else was quicker
            return redirect(url_for("console.reviews"))
        _log.info("charging_billed", clerk=current_user.username, journal=key.journal_id.hex(), seq=seq)
        return redirect(url_for("console.reviews"))

    return pages


def _called(
    connection: sa.Connection, region_id: int, site: str, label: str
) -> tuple[ChargingSite, SocketPlace]:
    return stopping.place_called(connection, region_id, site, label) or abort(404)


def _stops(connection: sa.Connection, office: Office, sheet: Sheet) -> Mapping[str, str]:
    """Where the question is asked, by order; empty: its kiosk was told already."""
    told = {each.order for each in stopping.told(connection, office)}
    known = Places.read(connection, office.region_id)
    return {
        str(order): "" if order in told else url_for("console.charging.to_stop", site=site, label=label)
        for _since, site, label, *_, order in sheet.rows
        if any(site == place[0] for place in known.called(str(label)))
    }


def _labelled(connection: sa.Connection, region_id: int, asked: AskedDays) -> list[str]:
    """Sites whose sockets can be labelled: phones have a page there."""
    seen = area(Permission.SEE_SALES)
    sites = Places.read(connection, region_id).sites
    return [name for name, site in sites.items() if site.page and seen.has(name) and asked.site in ("", name)]


def _to_running() -> Redirect:
    return redirect(url_for("console.charging.charging", report="running"), 303)


def _asked(query: Query) -> AskedDays:
    """Seven days unless it is said otherwise."""
    today = formats.today()
    return AskedDays(*query.days(today - WEEK, today), query.site(), query.text("who"))


def _place(region_id: int) -> tuple[JournalKey, int]:
    """Journal and record that a form is about."""
    try:
        return JournalKey(region_id, bytes.fromhex(request.form["journal"])), whole_number(
            request.form["seq"]
        )
    except ValueError:
        abort(400)


def _latest(connection: sa.Connection, region_id: int, resident_id: int) -> Mapping[str, object]:
    """What somebody charged lately, on their own page."""
    names, today = load_names(connection, region_id, current()), formats.today()
    asked = AskedDays(today - OF_RESIDENT, today, who=str(resident_id))
    return {"sheet": session_log.sessions(connection, region_id, asked, names, 0), "names": names}


def _unseen(connection: sa.Connection, region_id: int, names: Names) -> Mapping[str, object]:
    found = alarm_log.open_alarms(connection, region_id, area(Permission.SETTLE_ALARMS))
    return {"alarms": found, "names": names}


def _unbilled(connection: sa.Connection, region_id: int, names: Names) -> Mapping[str, object]:
    seen = area(Permission.MOVE_MONEY)
    waiting = [each for each in deciding.unbilled(connection, region_id) if seen.has(each.site)]
    residents = people_shown(connection, region_id, {each.resident_id for each in waiting})
    return {"sessions": waiting, "names": names, "residents": residents, "bases": BASES}


SHOWN = Shown(
    pages=(blueprint,),
    pictures=PICTURES,
    waits=WAITS,
    everywhere=(Panel("charging/unseen.html", _unseen, Permission.SETTLE_ALARMS),),
    links=(Link(55, "charging.charging", _("E-bikes")),),
    of_resident=(Panel("charging/latest.html", _latest, Permission.SEE_SALES),),
    beside_reviews=(Panel("charging/unbilled.html", _unbilled, Permission.MOVE_MONEY),),
    kinds={
        "charging_begun": _("Charging begun"),
        "charging_ended": _("Charging"),
        "charging_late": _("Charging, measured late"),
        "charging_billed": _("Charging, billed by the office"),
    },
    reviews=REVIEWS,
    acts={
        "charging.bill": _("Billed charging"),
        "charging.charging": _("Looked at charging"),
        "charging.file": _("Took a charging report along"),
        "charging.labels": _("Drew labels for sockets"),
        "charging.ocpp_file": _("Took charging sessions along as OCPP"),
        "charging.seen": _("Saw an alarm"),
        "charging.stop": _("Stopped charging"),
        "charging.to_stop": _("Looked at who charges"),
    },
    translations=(Path(__file__).parent / "translations", TRANSLATIONS),
)
