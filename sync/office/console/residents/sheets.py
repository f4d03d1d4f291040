"""A list of residents sent in by a clerk: looked at cell by cell, and then imported whole, or not at all."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.catalogue.items import Kind
from kiosk.plain.refusals import Refusal
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.console.door.acting import acting, looked_at, nothing_done
from sync.office.console.door.guard import area
from sync.office.console.door.security import policy
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.residents.telling import told
from sync.office.console.residents.terms import word_of
from sync.office.console.residents.words import sentence
from sync.office.importing.sheets import waiting_sheets
from sync.office.importing.sheets.reading import Preview, Where
from sync.office.importing.sheets.sheet import preview
from sync.office.importing.sheets.storing import store
from sync.office.importing.sheets.waiting_sheets import SheetSent, SheetState
from sync.office.office import Office
from sync.office.people.access.areas import Area
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.register import keeping
from sync.office.people.register.dossiers import Person
from sync.office.people.register.keeping import By
from sync.office.store.database import reading

SHOWN = 50  # of those who would be new, and of those who would change


def add_pages(console: Blueprint, office: Office) -> None:
    """Put `/residents/sheets` on the blueprint."""
    region_id, identities = office.region_id, office.identities
    console.app_template_filter("why")(sentence)

    @console.get("/residents/sheets")
    @needs(Permission.CHANGE_RESIDENTS)
    def sheets() -> Response:
        return _sheets()

    @console.post("/residents/sheets")
    @needs(Permission.CHANGE_RESIDENTS)
    def send_sheet() -> Redirect | Response:
        given, site = request.files.get("sheet"), request.form.get("home_site", "")
        content = given.read() if given else b""
        if given is None or not content:
            return _sheets(gettext("Choose a file first: .xlsx, .xls or .csv."))
        with reading(office.engine) as connection:
            where = _where(connection, site)
            try:
                preview(connection, region_id, content, where)
            except Refusal as refusal:
                return _sheets(sentence(refusal))
        with acting(office, file=given.filename or "") as doing:
            number = waiting_sheets.send_in(
                doing.connection,
                region_id,
                identities,
                name=given.filename or "",
                content=content,
                site=where.site,
                who=current_user.username,
                at_ms=office.now_ms(),
            )
        return redirect(url_for("console.sheet", sheet=number))

    @console.get("/residents/sheets/<int:sheet>")
    @needs(Permission.CHANGE_RESIDENTS)
    def sheet(sheet: int) -> str:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            sent = _mine(connection, sheet)
            found = _preview(connection, sent) if sent.content else None
        changes = [(after, told(before, after), told(after, before)) for before, after in _changed(found)]
        looked_at(after.resident.id for after, _, _ in changes)
        return render_template("console/sheet.html", names=names, sent=sent, found=found, changes=changes)

    @console.post("/residents/sheets/<int:sheet>/import")
    @needs(Permission.CHANGE_RESIDENTS)
    def import_sheet(sheet: int) -> Redirect:
        """What the register says now is looked at once more; with a problem nothing is done."""
        with acting(office, sheet=sheet) as doing:
            sent = _mine(doing.connection, sheet)
            found = _preview(doing.connection, sent) if sent.content else None
            if found is not None and not found.problem_count:
                by = By(who=current_user.username, at_ms=office.now_ms(), today=formats.today(), sheet=sheet)
                made = store(doing.connection, region_id, found, by, identities)
                added, changed = len(found.new), len(found.changed)
                state = SheetState.IMPORTED
                waiting_sheets.decide(doing.connection, region_id, sheet, state, added, changed)
                doing.after |= {"added": str(added), "changed": str(changed)}
                doing.residents.extend(each.after.resident.id for each in made)
        office.news.look_soon()
        return redirect(url_for("console.sheet", sheet=sheet))

    @console.post("/residents/sheets/<int:sheet>/drop")
    @needs(Permission.CHANGE_RESIDENTS)
    def drop_sheet(sheet: int) -> Redirect:
        with acting(office, sheet=sheet) as doing:
            if _mine(doing.connection, sheet).state is SheetState.WAITING:
                waiting_sheets.decide(doing.connection, region_id, sheet, SheetState.DROPPED)
        return redirect(url_for("console.sheets"))

    @console.post("/residents/sheets/<int:sheet>/take-back")
    @needs(Permission.CHANGE_RESIDENTS)
    def take_back_sheet(sheet: int) -> Redirect | tuple[str, int]:
        try:
            with acting(office, sheet=sheet) as doing:
                if _mine(doing.connection, sheet).state is SheetState.IMPORTED:
                    today = formats.today()
                    count = keeping.taken_back_of_sheet(doing.connection, region_id, sheet, today)
                    waiting_sheets.decide(doing.connection, region_id, sheet, SheetState.TAKEN_BACK)
                    doing.after["taken_back"] = str(count)
        except Refusal as refusal:
            return render_template("console/message.html", message=sentence(refusal)), 409
        office.news.look_soon()
        return redirect(url_for("console.sheet", sheet=sheet))

    def _sheets(wrong: str = "") -> Response:
        """With a script, by which a list is sent as soon as it is chosen."""
        nothing_done()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            sent = waiting_sheets.latest(connection, region_id, current_user.username)
        content = render_template("console/sheets.html", names=names, sent=sent, wrong=wrong)
        page = make_response(content, 400 if wrong else 200)
        page.headers["Content-Security-Policy"] = policy("script-src 'self'")
        return page

    def _mine(connection: sa.Connection, number: int) -> SheetSent:
        found = waiting_sheets.find(connection, region_id, identities, number, current_user.username)
        return found or abort(404)

    def _preview(connection: sa.Connection, sent: SheetSent) -> Preview:
        return preview(connection, region_id, sent.content, _where(connection, sent.site))

    def _where(connection: sa.Connection, site: str) -> Where:
        return where_of(connection, office, site, area(Permission.CHANGE_RESIDENTS))


def where_of(connection: sa.Connection, office: Office, site: str, mine: Area) -> Where:
    """How a sheet is read by somebody with this area."""
    found = [each for each in current_values(connection, office.region_id, Kind.SITE) if mine.has(each.name)]
    titles = {title: each.name for each in found for title in each.title.values()}
    sites = titles | {each.name: each.name for each in found}
    return Where(
        sites=sites,
        site=sites.get(site, ""),
        today=formats.today(),
        identities=office.identities,
        word_of=word_of,
        mine=mine.has,
    )


def _changed(found: Preview | None) -> list[tuple[Person, Person]]:
    return list(found.changed[:SHOWN]) if found is not None else []
