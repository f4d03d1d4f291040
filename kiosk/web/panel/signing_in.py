"""Signing in at the counter, and the guard before everything that is for staff alone."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, render_template, request
from werkzeug.urls import iri_to_uri

from kiosk.front.desk import Desk
from kiosk.people.staff import LONGEST_PIN, SHORTEST_PIN, Role, SignInFirst, TooManyPins, WrongPin
from kiosk.plain.addresses import is_ours
from kiosk.web.panel.panels import Panel, add_panel
from kiosk.web.security.headers import is_static
from kiosk.web.security.sessions import session_id
from kiosk.web.words.sentence import N_

# What is answered before anybody has signed in; all else is a job of the staff. No resident is named then,
# but in the elder's answer on the elder's screen. The wedge is a reader.
OPEN = {
    "pages.chooser",
    "pages.display",
    "pages.display_events",
    "pages.staff",
    "pages.staff_events",
    "side.voice",
    "side.slow_voice",
    "side.healthz",
    "duty.who",
    "duty.sign_in",
    "duty.lock",
    "troubles.now",
    "wedge.typed",
    None,  # there is no such address
}


def blueprint(desk: Desk) -> Blueprint:
    duty = Blueprint("duty", __name__, url_prefix="/duty")
    duty.record_once(lambda state: add_panel(state.app, Panel("duty.who", N_("Staff"), "lock", 60)))

    @duty.before_app_request
    def staff_only() -> Response | None:
        """401 with the sign-in panel, which goes on with what was wanted."""
        if is_static(request.endpoint):
            return None
        desk.duty.act_in(session_id())
        if request.endpoint in OPEN or request.endpoint in current_app.config["OPEN"]:
            return None
        try:
            desk.duty.permit(Role.SERVER)
        except SignInFirst:
            return sign_in_first(desk, request.full_path if request.method == "GET" else "")
        desk.duty.touch()
        return None

    @duty.teardown_app_request
    def no_session(_error: BaseException | None) -> None:
        desk.duty.act_in("")

    @duty.get("/")
    def who() -> str:
        """`staff`: whom a badge chose. `refused`: it was a badge that is not good any more."""
        chosen, refused = request.args.get("staff", ""), "refused" in request.args
        return _panel(desk, "", chosen, by_badge=bool(chosen), refused=refused)

    @duty.post("/in")
    def sign_in() -> tuple[str, int] | Response:
        staff_id, pin = request.form.get("staff", ""), request.form.get("pin", "")
        wanted = request.form.get("wanted", "")
        wanted = wanted if is_ours(wanted) else ""
        try:
            desk.duty.sign_in(staff_id, pin)
        except (WrongPin, TooManyPins) as refusal:
            return _panel(desk, wanted, staff_id, refusal.code, **vars(refusal)), 200
        if len(pin) < SHORTEST_PIN:
            return render_template("fragments/short_pin.html", wanted=wanted), 200
        if not wanted:
            return "", 204
        answer = make_response("", 200)
        answer.headers["X-Open"] = iri_to_uri(wanted)
        return answer

    @duty.post("/lock")
    def lock() -> tuple[str, int]:
        desk.duty.lock()
        return "", 204

    return duty


def sign_in_first(desk: Desk, wanted: str = "") -> Response:
    """401 with the panel; it goes on with what was `wanted`, if that is an address."""
    return make_response(_panel(desk, wanted), 401)


def _panel(desk: Desk, wanted: str, chosen: str = "", wrong: str = "", **said: object) -> str:
    """`wrong` is the code of what the last PIN was refused with."""
    staff, on_duty = desk.duty.staff(), desk.duty.name
    shown = {"staff": staff, "on_duty": on_duty, "wanted": wanted, "chosen": chosen, "wrong": wrong}
    return render_template("fragments/sign_in.html", LONGEST_PIN=LONGEST_PIN, **shown, **said)
