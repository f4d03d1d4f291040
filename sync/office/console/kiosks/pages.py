"""The wall of kiosks, a page for each, and the forms that enrol, name, replace, move and revoke one."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
import structlog
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from kiosk.ledger.amount import Unit
from sync.office.books import heads, writeoff
from sync.office.console.door.acting import acting
from sync.office.console.door.guard import area, may
from sync.office.console.kiosks.wall import KIOSKS_PER_PAGE, KioskOnWall, asked_for, on_the_wall
from sync.office.console.languages import current
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.console.reporting.lists import journal_lines
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.people.access.areas import EVERYWHERE
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.rights import outstanding
from sync.office.store.database import reading

LONGEST_NAME = 40
_log = structlog.get_logger()


def add_pages(console: Blueprint, office: Office) -> None:
    """`/kiosks` and what lies below it."""
    region_id = office.region_id

    @console.get("/kiosks")
    @needs(Permission.SEE_KIOSKS)
    def kiosks() -> tuple[str, int]:
        query = Query(request.args)
        search, site, page = query.text("q"), query.text("site"), query.number("page")
        which = query.text("which")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            every = on_the_wall(connection, region_id, office.moment(), area(), revoked=which == "revoked")
        found = list(asked_for(every, search, site, only_faulty=which == "faulty"))
        first = page * KIOSKS_PER_PAGE
        return query.answer(
            "console/kiosks.html",
            names=names,
            kiosks=found[first : first + KIOSKS_PER_PAGE],
            count=len(found),
            faulty=sum(bool(each.faults) for each in every),
            page=page,
            pages=-(-len(found) // KIOSKS_PER_PAGE),
            search=search,
            site=site,
            which=which,
        )

    @console.get("/kiosks/new")
    @needs(Permission.CHANGE_KIOSKS)
    def new_kiosk() -> str:
        return render_template("console/kiosk_new.html", names=_names(), name="", site="", wrong={})

    @console.post("/kiosks/new")
    @needs(Permission.CHANGE_KIOSKS)
    def enrol_kiosk() -> Response:
        return _code_for(None)

    @console.get("/kiosks/<device>")
    @needs(Permission.SEE_KIOSKS)
    def kiosk(device: str) -> Response:
        return _page_of(_known(device))

    @console.post("/kiosks/<device>/rename")
    @needs(Permission.CHANGE_KIOSKS)
    def rename_kiosk(device: str) -> Response:
        found, name = _known(device), _typed("name")
        wrong = _wrong_name(name)
        if wrong:
            return _page_of(found, wrong={"name": wrong})
        with acting(office, device=device) as doing:
            devices.rename(doing.connection, region_id, bytes.fromhex(device), name)
            doing.before["name"], doing.after["name"] = found.name, name
        return redirect(url_for("console.kiosk", device=device))

    @console.post("/kiosks/<device>/replace")
    @needs(Permission.CHANGE_KIOSKS)
    def replace_kiosk(device: str) -> Response:
        return _code_for(_known(device))

    @console.get("/kiosks/<device>/revoke")
    @needs(Permission.CHANGE_KIOSKS)
    def ask_revoke(device: str) -> str:
        found = _known(device)
        may_write_off = area(Permission.MOVE_MONEY).has(found.site)
        return render_template(
            "console/kiosk_revoke.html", names=_names(), kiosk=found, may_write_off=may_write_off
        )

    @console.post("/kiosks/<device>/revoke")
    @needs(Permission.CHANGE_KIOSKS, anew=True)
    def revoke_kiosk(device: str) -> Response:
        found, device_id, now_ms = _known(device), bytes.fromhex(device), office.now_ms()
        is_lost = bool(_typed("write_off"))
        if is_lost and not area(Permission.MOVE_MONEY).has(found.site):
            abort(403)
        with acting(office, device=device) as doing:
            devices.revoke(doing.connection, region_id, device_id, now_ms)
            doing.after["state"] = "revoked"
            if is_lost:
                clerk = str(current_user.username)
                lost_fen = writeoff.write_off(
                    doing.connection, region_id, device_id, operator=clerk, at_ms=now_ms
                )
                doing.after["set_aside_fen"] = str(lost_fen)
        _log.info("kiosk_revoked", clerk=current_user.username, device=device, write_off=is_lost)
        return redirect(url_for("console.kiosk", device=device))

    def _code_for(old: KioskOnWall | None) -> Response:
        """The page with a code, shown this once; or the form again, with what is wrong."""
        name, site, names = _typed("name"), _typed("site"), _names()
        wrong = {}
        if problem := _wrong_name(name):
            wrong["name"] = problem
        if site not in names.sites:
            wrong["site"] = gettext("Please choose a site.")
        if wrong and old is not None:
            return _page_of(old, wrong=wrong)
        if wrong:
            form = {"name": name, "site": site}
            return make_response(
                render_template("console/kiosk_new.html", names=names, wrong=wrong, **form), 400
            )
        replaces = bytes.fromhex(old.device) if old else None
        with acting(office, name=name, site=site, device=old.device if old else "") as doing:
            code = devices.new_code(
                doing.connection,
                region_id,
                office_key=office.key.public,
                name=name,
                site=site,
                at_ms=office.now_ms(),
                replaces=replaces,
            )
        page = render_template(
            "console/kiosk_code.html",
            names=names,
            name=name,
            site=site,
            code=code,
            old=old,
            url=request.host_url.rstrip("/"),
        )
        answer = make_response(page)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _page_of(found: KioskOnWall, wrong: Mapping[str, str] | None = None) -> Response:
        device_id = bytes.fromhex(found.device)
        sees_money = may(Permission.SEE_MONEY) and area(Permission.SEE_MONEY) == EVERYWHERE
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            lines = journal_lines(connection, region_id, device_id)
            rights_fen = _rights_fen(connection, region_id, device_id) if sees_money else None
        page = render_template(
            "console/kiosk.html",
            names=names,
            kiosk=found,
            journals=lines,
            rights_fen=rights_fen,
            wrong=wrong or {},
        )
        return make_response(page, 400 if wrong else 200)

    def _known(device: str) -> KioskOnWall:
        try:
            device_id = bytes.fromhex(device)
        except ValueError:
            abort(404)
        with reading(office.engine) as connection:
            found = on_the_wall(connection, region_id, office.moment(), area(), device=device_id)
        return found[0] if found else abort(404)

    def _names() -> Names:
        with reading(office.engine) as connection:
            return load_names(connection, region_id, current())


def _rights_fen(connection: sa.Connection, region_id: int, device_id: bytes) -> int:
    """What it may still spend of residents' own money without asking."""
    mine = heads.open_journals(connection, region_id, device_id)
    held = (each for key in mine for each in outstanding.of_journal(connection, key))
    return sum(each.quantity for each in held if each.unit is Unit.FEN)


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\0", "").strip()


def _wrong_name(name: str) -> str:
    good = 0 < len(name) <= LONGEST_NAME and name.isprintable()
    return "" if good else gettext("A name of 1 to %(most)s characters is needed.", most=LONGEST_NAME)
