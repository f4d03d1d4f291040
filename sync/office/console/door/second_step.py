"""The second step of logging in, a code; and proving once more who one is, before what cannot be undone."""

from __future__ import annotations

from dataclasses import astuple

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.wrappers import Response
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from sync.office.console.door.entering import (
    LONGEST,
    enter,
    forget_all_but_the_language,
    or_wait,
    wanted_page,
)
from sync.office.console.door.logging_in import Door, HalfWay, WrongPassword, WrongSecondStep
from sync.office.console.door.security import again_page
from sync.office.office import Office
from sync.office.people import clerk_sessions
from sync.office.people.access.needs import Open, needs
from sync.office.store.database import writing

WRONG = 401
_HALF_WAY = "half_way"


def go_on(half: HalfWay) -> Redirect:
    """To the second step, in this browser alone: what is kept in its cookie is signed."""
    forget_all_but_the_language()
    session[_HALF_WAY] = astuple(half)
    return redirect(url_for("console.code", next=request.args.get("next")))


def add_pages(console: Blueprint, office: Office, door: Door) -> None:
    """`/login/code` and `/again`."""
    log = structlog.get_logger()

    @console.get("/login/code")
    @needs(Open.EVERYBODY)
    def code() -> Response | Redirect:
        return _code_page() if _half() else redirect(url_for("console.login"))

    @console.post("/login/code")
    @needs(Open.EVERYBODY)
    def enter_code() -> Response | Redirect:
        half = _half()
        if half is None:
            return redirect(url_for("console.login"))
        given = request.form.get("code", "")[:LONGEST]
        try:
            token = or_wait(lambda: door.finish(half, given, request.remote_addr or ""), _code_page)
        except WrongPassword:
            return redirect(url_for("console.login"))
        except WrongSecondStep:
            log.info("second_factor_wrong")
            return _code_page(gettext("This code is wrong, or was used already."), WRONG)
        return token if isinstance(token, Response) else enter(half.username, token)

    @console.post("/again")
    @needs(Open.LOGGED_IN)
    def prove_again() -> Response | Redirect:
        """What was asked before is asked again by the browser itself: that is what 307 means."""
        given, address = request.form.get("proof", "")[:LONGEST], request.remote_addr or ""
        who = current_user.username
        right = or_wait(lambda: door.proves(who, given, address, password=given), again_page)
        if isinstance(right, Response):
            return right
        if not right:
            return again_page(gettext("That is wrong."), WRONG)
        with writing(office.engine) as connection:
            clerk_sessions.note_proof(connection, office.region_id, current_user.token, office.now_ms())
        return redirect(wanted_page(), 307 if request.args.get("method") == "POST" else 303)


def _half() -> HalfWay | None:
    kept = session.get(_HALF_WAY)
    return HalfWay(*kept) if kept else None


def _code_page(message: str = "", status: int = 200) -> Response:
    return make_response(render_template("console/code.html", message=message), status)
