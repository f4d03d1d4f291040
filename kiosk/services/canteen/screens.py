"""What staff touch for the canteen: somebody without a card, and a second portion at full price."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from kiosk.desk import Desk
from kiosk.outcomes import Person, person_of
from kiosk.people.finding import LEAST_TYPED
from kiosk.refusals import Refusal
from kiosk.web.asked import asked_id, asked_resident_id, known
from kiosk.web.panels import Panel, add_panel
from kiosk.web.wordings.sentence import N_

SHOWN = 5  # of those who are found: whoever is not among them is found by one more key


def blueprint(desk: Desk) -> Blueprint:
    """The canteen's addresses, and its buttons for the staff's screen."""
    canteen = Blueprint("canteen", __name__, url_prefix="/canteen", template_folder="templates")
    canteen.record_once(lambda state: state.app.config["STAFF_ACTIONS"].append("canteen/second_portion.html"))
    canteen.record_once(lambda state: state.app.config["STAFF_ACTIONS"].append("canteen/vouch.html"))
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

    @canteen.get("/known/<int:resident_id>")
    def known(resident_id: int) -> str:
        person, price_fen = _known(desk, resident_id)
        return render_template("canteen/known.html", person=person, price_fen=price_fen)

    @canteen.post("/serve-known")
    def serve_known() -> tuple[str, int]:
        resident_id, request_id = asked_resident_id(), asked_id()
        desk.act(
            lambda counter: counter.canteen.serve_known(resident_id, request_id), resident_id=resident_id
        )
        return "", 204

    @canteen.post("/second-portion")
    def second_portion() -> tuple[str, int]:
        resident_id, request_id = asked_resident_id(), asked_id()
        desk.act(
            lambda counter: counter.canteen.second_portion(resident_id, request_id), resident_id=resident_id
        )
        return "", 204

    return canteen


def _then() -> str:
    """What somebody is looked for: to be served, or what another service is for."""
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


def _known(desk: Desk, resident_id: int) -> tuple[Person, int | None]:
    """Who it is, and what the meal costs; no price where the meal will be refused, which then says why."""
    counter = desk.counter()
    day, resident = counter.today(), known(counter, resident_id)
    try:
        return person_of(resident, day), counter.canteen.price_fen(resident)
    except Refusal:
        return person_of(resident, day), None
