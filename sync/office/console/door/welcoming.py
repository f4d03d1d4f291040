"""The link of an invitation: whoever has it chooses a password, once, and is in."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from sync.office.console.door.acting import acting_as
from sync.office.console.door.entering import LONGEST, enter
from sync.office.console.marking import _
from sync.office.office import Office
from sync.office.people import clerks
from sync.office.people.access import invitations
from sync.office.people.access.needs import Open, needs
from sync.office.people.access.passwords import FEWEST_CHARACTERS, UnusablePassword
from sync.office.store.database import reading

BAD_FORM = 400
REFUSED: Mapping[str, str] = {
    "password_common": _("Such passwords are guessed first. Take three or four words that you remember."),
    "password_is_name": _("The password may not be your own name."),
    "password_too_short": _("That is too short: at least %(fewest)s characters."),
}


def add_pages(console: Blueprint, office: Office) -> None:
    """`/welcome/...`"""
    region_id = office.region_id

    @console.get("/welcome/<invitation>")
    @needs(Open.EVERYBODY)
    def welcome(invitation: str) -> Response:
        return _page(_whose(invitation))

    @console.post("/welcome/<invitation>")
    @needs(Open.EVERYBODY)
    def accept_invitation(invitation: str) -> Response | Redirect:
        username = _whose(invitation)
        password, again = (request.form.get(name, "")[:LONGEST] for name in ("password", "again"))
        if password != again:
            return _page(username, again=gettext("This is not the same password."))
        try:
            clerk = clerks.make(username, password)
        except UnusablePassword as refusal:
            return _page(username, password=gettext(REFUSED[refusal.code]) % vars(refusal))
        with acting_as(office, username) as doing:
            at_ms = office.now_ms()
            token = invitations.accept(doing.connection, region_id, invitation, clerk, at_ms)
        if token is None:
            abort(404)
        enter(username, token)
        return redirect(url_for("console.second_factor"))

    def _whose(invitation: str) -> str:
        with reading(office.engine) as connection:
            found = invitations.find(connection, region_id, invitation, office.now_ms())
        if found is None:
            abort(404, description=gettext("This link was used or is too old. Ask a manager for another."))
        return found


def _page(username: str, **wrong: str) -> Response:
    page = render_template("console/welcome.html", username=username, wrong=wrong, fewest=FEWEST_CHARACTERS)
    return make_response(page, BAD_FORM if wrong else 200)
