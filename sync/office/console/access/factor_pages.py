"""Everybody's own second factor: an app's code to scan, and recovery codes, shown once."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.qr import code_svg
from sync.office.console.door.acting import acting
from sync.office.console.marking import _
from sync.office.office import Office
from sync.office.people import second_factors
from sync.office.people.access.needs import Open, needs
from sync.office.store.database import reading

NAME = "Neighbourhood card"  # of the office, in the app
WRONG_CODE = 400

ACTS: Mapping[str, str] = {
    "finish_second_factor": _("Set up a second factor"),
    "prepare_second_factor": _("Began to set up a second factor"),
    "prove_again": _("Proved once more who they are"),
    "enter_code": _("Logged in with a second step"),
    "remove_second_factor": _("Removed the second factor"),
    "renew_recovery_codes": _("Made new recovery codes"),
}


def add_pages(console: Blueprint, office: Office) -> None:
    """`/second-factor`, and what is done there."""
    region_id = office.region_id

    @console.get("/second-factor")
    @needs(Open.LOGGED_IN)
    def second_factor() -> Response:
        return _page()

    @console.get("/second-factor/code.svg")
    @needs(Open.LOGGED_IN)
    def second_factor_picture() -> Response:
        nonce = _prepared() or abort(404)
        drawing = code_svg(office.factors.address(nonce, current_user.username, NAME))
        return Response(drawing, mimetype="image/svg+xml")

    @console.post("/second-factor/prepare")
    @needs(Open.LOGGED_IN, anew=True)
    def prepare_second_factor() -> Redirect:
        with acting(office) as doing:
            second_factors.prepare(doing.connection, region_id, current_user.username)
        return redirect(url_for("console.second_factor"))

    @console.post("/second-factor/finish")
    @needs(Open.LOGGED_IN, anew=True)
    def finish_second_factor() -> Response:
        who, given = current_user.username, request.form.get("code", "").replace(" ", "")
        codes = second_factors.new_codes()
        hashes = second_factors.hashes_of(codes)
        with acting(office) as doing:
            right = second_factors.finish(
                doing.connection, region_id, office.factors, who, given, office.now_ms()
            )
            doing.after["second_factor"] = "on" if right else "wrong code"
            if right:
                second_factors.keep_codes(doing.connection, region_id, who, hashes)
        if not right:
            return _page(gettext("This code is wrong. Is the phone's clock right?"), WRONG_CODE)
        return _codes_page(codes)

    @console.post("/second-factor/recovery-codes")
    @needs(Open.LOGGED_IN, anew=True)
    def renew_recovery_codes() -> Response:
        codes = second_factors.new_codes()
        hashes = second_factors.hashes_of(codes)
        with acting(office) as doing:
            if not second_factors.is_set_up(doing.connection, region_id, current_user.username):
                abort(404)
            second_factors.keep_codes(doing.connection, region_id, current_user.username, hashes)
        return _codes_page(codes)

    @console.post("/second-factor/remove")
    @needs(Open.LOGGED_IN, anew=True)
    def remove_second_factor() -> Redirect:
        """Where a role needs one, the next page asks for another."""
        with acting(office) as doing:
            second_factors.remove(doing.connection, region_id, current_user.username)
            doing.before["second_factor"] = "on"
        return redirect(url_for("console.second_factor"))

    def _prepared() -> bytes | None:
        with reading(office.engine) as connection:
            return second_factors.prepared(connection, region_id, current_user.username)

    def _page(message: str = "", status: int = 200) -> Response:
        who = current_user.username
        with reading(office.engine) as connection:
            nonce = second_factors.prepared(connection, region_id, who)
            is_set_up = second_factors.is_set_up(connection, region_id, who)
            left = second_factors.codes_left(connection, region_id, who)
        typed = office.factors.typed(nonce) if nonce else ""
        shown = {"typed": typed, "is_set_up": is_set_up, "left": left, "message": message}
        return make_response(render_template("console/second_factor.html", **shown), status)


def _codes_page(codes: list[str]) -> Response:
    return make_response(render_template("console/recovery_codes.html", codes=codes))
