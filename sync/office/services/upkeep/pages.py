"""The page of commands to kiosks: what may be asked of which, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.services.upkeep.actions import NOBODY_STARTS_IT, UNKNOWN
from kiosk.services.upkeep.items import Do
from sync.office.console import files
from sync.office.console.door.acting import acting
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.upkeep import commands
from sync.office.services.upkeep.commands import CommandState, NoJournalYet
from sync.office.store.database import reading

DOES: Mapping[str, str] = {Do.RESTART: _("Start anew"), Do.SEND_LOG: _("Send its log")}
STATES: Mapping[str, tuple[str, str]] = {
    CommandState.ASKED: ("amber", _("Asked, not heard yet")),
    CommandState.HEARD: ("amber", _("Heard, not answered yet")),
    CommandState.UNHEARD: ("gone", _("Not heard in time: it is not done")),
    CommandState.DONE: ("leaf", _("Done")),
    CommandState.FAILED: ("brick", _("Failed")),
    CommandState.TOO_OLD: ("gone", _("Heard too late: it was not done")),
}
WHY: Mapping[str, str] = {
    NOBODY_STARTS_IT: _("nothing on that machine would start it again"),
    UNKNOWN: _("its version does not know this yet"),
}


def blueprint(office: Office) -> Blueprint:
    """`/upkeep`."""
    pages = Blueprint("upkeep", __name__, template_folder="templates", url_prefix="/upkeep")
    region_id = office.region_id

    @pages.get("")
    @needs(Permission.SEE_KIOSKS)
    def upkeep() -> Response:
        return _page()

    @pages.post("/tell")
    @needs(Permission.CHANGE_KIOSKS)
    def tell() -> Redirect:
        device, do = request.form.get("device", ""), request.form.get("do", "")
        if do not in DOES:
            abort(400)
        try:
            with acting(office, device=device, do=do) as doing:
                by, at_ms = current_user.username, office.now_ms()
                said = commands.tell(
                    doing.connection, region_id, bytes.fromhex(device), Do(do), by=by, at_ms=at_ms
                )
                doing.after["command"] = said
        except ValueError:
            abort(400)
        except NoJournalYet:
            return _page(gettext("This kiosk has sent nothing yet: there is nobody to tell."), 409)
        return redirect(url_for("console.upkeep.upkeep"))

    @pages.get("/<device>/<command>.log")
    @needs(Permission.CHANGE_KIOSKS)
    def log(device: str, command: str) -> Response:
        """What a kiosk sent, as a file; `device` says whose it is, so that it is shown where that is."""
        with reading(office.engine) as connection:
            known = commands.told(connection, region_id, area(Permission.CHANGE_KIOSKS), office.now_ms())
            if not any((each.device, each.command) == (device, command) for each in known):
                abort(404)
            lines = commands.log_of(connection, region_id, command)
        if lines is None:
            abort(404)
        return files.attached(lines.encode() + b"\n", f"kiosk-{command}.log")

    def _page(message: str = "", status: int = 200) -> Response:
        with reading(office.engine) as connection:
            page = render_template(
                "upkeep/commands.html",
                names=load_names(connection, region_id, current()),
                told=commands.told(connection, region_id, area(), office.now_ms()),
                kiosks=commands.kiosks_to_tell(connection, region_id, area(Permission.CHANGE_KIOSKS)),
                does=DOES,
                states=STATES,
                why=WHY,
                message=message,
            )
        return make_response(page, status)

    return pages


SHOWN = Shown(
    pages=(blueprint,),
    of_kiosks=(Link(10, "upkeep.upkeep", _("Commands to kiosks")),),
    kinds={"command_answered": _("A command answered")},
    acts={"upkeep.tell": _("Told a kiosk what to do"), "upkeep.log": _("Took a kiosk's log along")},
    translations=(Path(__file__).parent / "translations",),
)
