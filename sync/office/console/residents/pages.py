"""Residents: the list, one of them, and the form on which a clerk adds and corrects them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import structlog
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.refusals import Refusal
from sync.office.console import formats
from sync.office.console.door.acting import acting, looked_at, nothing_done
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.console.residents import found
from sync.office.console.residents.form import Form, seen, shown
from sync.office.console.residents.telling import told
from sync.office.console.residents.terms import CATEGORIES, DIET, term
from sync.office.console.residents.words import sentence
from sync.office.console.shown import Shown, filled
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.register import idnumbers, keeping
from sync.office.people.register.dossiers import Person, people
from sync.office.people.register.keeping import By, ChangedSince, IdNumberTaken
from sync.office.store.database import reading

_log = structlog.get_logger()


def add_pages(console: Blueprint, office: Office, of_services: Shown) -> None:
    """Put the list, a resident's page and the form on the blueprint."""
    region_id = office.region_id
    console.app_template_filter("term")(term)

    @console.get("/residents")
    @needs(Permission.SEE_RESIDENTS)
    def residents() -> str:
        query = Query(request.args)
        search, after = query.text("q"), query.number("after")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            page = found.resident_page(connection, region_id, search, after, area())
        looked_at(line.resident.id for line in page.lines)
        return render_template("console/residents.html", names=names, page=page, search=search, after=after)

    @console.get("/residents/<int:resident_id>")
    @needs(Permission.SEE_RESIDENTS)
    def resident(resident_id: int) -> str:
        return _resident(resident_id)

    @console.post("/residents/<int:resident_id>/id-number")
    @needs(Permission.CHANGE_RESIDENTS)
    def reveal_id_number(resident_id: int) -> str:
        """Whole, to somebody who asked for it, and whose name is kept."""
        _known(resident_id)
        with acting(office, resident=resident_id) as doing:
            doing.residents.append(resident_id)
        return _resident(resident_id, revealed=True)

    def _resident(resident_id: int, *, revealed: bool = False) -> str:
        today = formats.today()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            line = found.resident_line(connection, region_id, resident_id)
            if line is None:
                abort(404)
            person = people(connection, region_id, [resident_id], today)[resident_id]
            last = keeping.last_made(connection, region_id, resident_id)
            panels = filled(of_services.of_resident, connection, region_id, resident_id)
        number = office.identities.open(person.sealed, resident_id) if person.sealed else ""
        looked_at([resident_id])
        return render_template(
            "console/resident.html",
            names=names,
            line=line,
            person=person,
            id_number=number if revealed else idnumbers.masked(number),
            revealed=revealed,
            last=last if last is not None and last.after.on(today) == person.on(today) else None,
            panels=panels,
            others=of_services.of_each_resident,
        )

    @console.get("/residents/new")
    @needs(Permission.CHANGE_RESIDENTS)
    def new_resident() -> str:
        homes = _homes(None)
        return _form(Form({"home_site": next(iter(homes)) if len(homes) == 1 else ""}), None)

    @console.post("/residents/new")
    @needs(Permission.CHANGE_RESIDENTS)
    def add_resident() -> Redirect | tuple[str, int]:
        return _keep(None)

    @console.get("/residents/<int:resident_id>/change")
    @needs(Permission.CHANGE_RESIDENTS)
    def correct_resident(resident_id: int) -> str:
        person = _known(resident_id)
        looked_at([resident_id])
        return _form(Form(shown(person)), person)

    @console.post("/residents/<int:resident_id>/change")
    @needs(Permission.CHANGE_RESIDENTS)
    def change_resident(resident_id: int) -> Redirect | tuple[str, int]:
        return _keep(_known(resident_id))

    def _keep(before: Person | None) -> Redirect | tuple[str, int]:
        """One path for somebody new and somebody known: that of an import, see `keeping`."""
        form, today = Form(request.form), formats.today()
        if before is not None and request.form.get("seen") != seen(before):
            form.refuse("form", ChangedSince(resident_id=before.resident.id))
            return _form(form, before), 400
        checked = form.read(
            before, before.resident.id if before else 0, _homes(before), office.identities, today
        )
        if checked is None:
            return _form(form, before), 400
        try:
            number = _store(before, checked, form, today)
        except IdNumberTaken as refusal:
            form.refuse("id_number", refusal)
            return _form(form, before), 400
        return redirect(url_for("console.resident", resident_id=number))

    def _store(before: Person | None, checked: Person, form: Form, today: date) -> int:
        number = checked.resident.id
        with acting(office, resident=number or "") as doing:
            if before is None:  # its number is known only now, and what is sealed is sealed for it
                number = keeping.new_numbers(doing.connection, region_id)
                again = form.read(None, number, _homes(None), office.identities, today)
                assert again is not None
                checked = again
            by = By(who=current_user.username, at_ms=office.now_ms(), today=today)
            for made in keeping.keep(doing.connection, region_id, [checked], by):
                doing.before |= told(made.before, made.after)
                doing.after |= told(made.after, made.before)
            doing.residents.append(number)
        _log.info("resident_kept", clerk=current_user.username, resident=number)
        office.news.look_soon()
        return number

    @console.post("/residents/<int:resident_id>/take-back")
    @needs(Permission.CHANGE_RESIDENTS)
    def take_back(resident_id: int) -> Redirect | tuple[str, int]:
        """The latest change of a resident, whoever made it."""
        seq, today = Query(request.form).number("seq"), formats.today()
        try:
            with acting(office, resident=resident_id) as doing:
                made = keeping.take_back(doing.connection, region_id, resident_id, seq, today)
                doing.before |= told(made.after, made.before)
                doing.after |= told(made.before, made.after)
                doing.residents.append(resident_id)
        except Refusal as refusal:
            return render_template("console/message.html", message=sentence(refusal)), 409
        office.news.look_soon()
        if made.before is None:
            return redirect(url_for("console.residents"))
        return redirect(url_for("console.resident", resident_id=resident_id))

    def _known(resident_id: int) -> Person:
        with reading(office.engine) as connection:
            one = people(connection, region_id, [resident_id], formats.today()).get(resident_id)
        return one or abort(404)

    def _names() -> Names:
        with reading(office.engine) as connection:
            return load_names(connection, region_id, current())

    def _homes(before: Person | None) -> Mapping[str, str]:
        """Where somebody may be at home: also where they are, for a clerk of their building alone."""
        mine, now = area(Permission.CHANGE_RESIDENTS), before.resident.home_site if before else ""
        return {code: title for code, title in _names().sites.items() if code == now or mine.has(code)}

    def _form(form: Form, before: Person | None) -> str:
        nothing_done()
        number = office.identities.open(before.sealed, before.resident.id) if before and before.sealed else ""
        return render_template(
            "console/resident_form.html",
            form=form,
            wrong=form.wrong,
            who=before.resident if before else None,
            seen=seen(before) if before else "",
            homes=_homes(before),
            id_number=idnumbers.masked(number) if number else "",
            categories=CATEGORIES,
            diet=DIET,
        )
