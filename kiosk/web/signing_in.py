"""Signing in at the counter, and the guard before everything that is for staff alone."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.urls import iri_to_uri

from kiosk.addresses import is_ours
from kiosk.desk import Desk
from kiosk.people.staff import Role, SignInFirst, TooManyPins, WrongPin
from kiosk.web.panels import Panel, add_panel
from kiosk.web.wordings.sentence import N_

# What the screens show before anybody has signed in; all else is a job of the staff.
OPEN = {"pages", "side", "clock", "duty", "troubles", "wedge", None}


def blueprint(desk: Desk) -> Blueprint:
    duty = Blueprint("duty", __name__, url_prefix="/duty")
    duty.record_once(lambda state: add_panel(state.app, Panel("duty.who", N_("Staff"), "lock", 60)))

    @duty.before_app_request
    def staff_only() -> Response | None:
        """401 with the sign-in panel, which goes on with what was wanted."""
        if request.endpoint == "static" or request.blueprint in OPEN:
            return None
        try:
            desk.duty.permit(Role.SERVER)
        except SignInFirst:
            wanted = request.full_path if request.method == "GET" else ""
            return make_response(_panel(desk, wanted), 401)
        desk.duty.touch()
        return None

    @duty.get("/")
    def who() -> str:
        return _panel(desk, "")

    @duty.post("/in")
    def sign_in() -> tuple[str, int] | Response:
        staff_id, wanted = request.form.get("staff", ""), request.form.get("wanted", "")
        try:
            desk.duty.sign_in(staff_id, request.form.get("pin", ""))
        except (WrongPin, TooManyPins) as refusal:
            return _panel(desk, wanted, staff_id, refusal.code, refusal.figures.get("wait_s", 0)), 200
        if not is_ours(wanted):
            return "", 204
        answer = make_response("", 200)
        answer.headers["X-Open"] = iri_to_uri(wanted)
        return answer

    @duty.post("/lock")
    def lock() -> tuple[str, int]:
        desk.duty.lock()
        return "", 204

    return duty


def _panel(desk: Desk, wanted: str, chosen: str = "", wrong: str = "", wait_s: object = 0) -> str:
    shown = {"staff": desk.duty.staff(), "on_duty": desk.duty.name, "wanted": wanted}
    return render_template("fragments/sign_in.html", chosen=chosen, wrong=wrong, wait_s=wait_s, **shown)
