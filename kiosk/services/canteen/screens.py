"""What staff touch for the canteen: somebody without a card, and a second portion at full price."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template, request

from kiosk.desk import Desk
from kiosk.outcomes import Outcome, Person, person_of
from kiosk.people.finding import LEAST_TYPED
from kiosk.refusals import Refusal
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.rules import VOUCHED_FOR
from kiosk.web.asked import asked_id, asked_resident_id
from kiosk.web.panels import Panel, add_panel
from kiosk.web.words.sentence import N_

SHOWN = 6  # of those who are found: whoever is not among them is found by one more key


def blueprint(desk: Desk) -> Blueprint:
    """The canteen's addresses, and its buttons for the staff's screen."""
    canteen = Blueprint("canteen", __name__, url_prefix="/canteen", template_folder="templates")
    canteen.record_once(lambda state: state.app.config["STAFF_ACTIONS"].append("canteen/second_portion.html"))
    canteen.record_once(lambda state: state.app.config["STAFF_ACTIONS"].append("canteen/vouch.html"))
    canteen.record_once(lambda state: state.app.jinja_env.globals.update(VOUCHED_FOR=VOUCHED_FOR))
    canteen.app_template_global("second_fen")(_second_fen)
    canteen.record_once(
        lambda state: add_panel(state.app, Panel("canteen.find", N_("Forgot the card"), "person", 10))
    )

    @canteen.get("/find")
    def find() -> str:
        return render_template("canteen/find.html", then=_then(), token=request.args.get("token", ""))

    @canteen.get("/found")
    def found() -> str:
        """Never a list to leaf through: nobody without two keys, and the first few only."""
        typed = request.args.get("typed", "").strip().lower()
        people = _people(desk, typed) if len(typed) >= LEAST_TYPED else []
        shown = people[:SHOWN]
        more = len(people) > SHOWN
        return render_template(
            "canteen/found.html",
            people=shown,
            more=more,
            typed=len(typed) >= LEAST_TYPED,
            then=_then(),
            token=request.args.get("token", ""),
        )

    @canteen.post("/serve-known")
    def serve_known() -> tuple[str, int]:
        """Staff have looked at the face: of somebody who was found, or whose card was refused."""
        resident_id, request_id = asked_resident_id(), asked_id()
        vouched_for = request.form.get("vouched_for", "")
        if vouched_for and vouched_for not in VOUCHED_FOR:
            abort(400)
        desk.act(
            lambda counter: counter[Canteen].serve_known(resident_id, request_id, vouched_for),
            resident_id=resident_id,
        )
        return "", 204

    @canteen.post("/second-portion")
    def second_portion() -> tuple[str, int]:
        resident_id, request_id = asked_resident_id(), asked_id()
        desk.act(
            lambda counter: counter[Canteen].second_portion(resident_id, request_id), resident_id=resident_id
        )
        return "", 204

    return canteen


def _second_fen(outcome: Outcome) -> int | None:
    """What a second portion costs this person, if the answer on the screen tells."""
    figures = outcome.figures
    if "second_fen" in figures:
        return int(figures["second_fen"])
    if outcome.code == "served":
        return sum(int(figures.get(part, 0)) for part in ("own_fen", "courtesy_fen", "subsidy_fen"))
    return None


def _then() -> str:
    """What somebody is looked for: to be served, if nothing else, or what another service is for."""
    then = request.args.get("then", "")
    return then if then in current_app.config["FOUND"] else ""


def _people(desk: Desk, typed: str) -> list[Person]:
    try:
        counter = desk.counter()
        day = counter.today()
    except Refusal:
        return []  # the header says what is the matter
    here = counter.site().name
    return [person_of(each, day) for each in counter.catalogue.residents_named(typed, here, SHOWN + 1)]
