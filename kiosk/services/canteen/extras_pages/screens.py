"""Guests, and what is sold beside the meal: touched together, then taken in one."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from kiosk.desk import Desk
from kiosk.numbers import whole_number
from kiosk.refusals import Refusal
from kiosk.services.canteen.records import NOBODY
from kiosk.web.asked import asked_id, asked_number, known_person
from kiosk.web.panels import Panel, add_panel
from kiosk.web.wordings.sentence import N_

MOST_OF_ONE = 999  # pieces of one product


def blueprint(desk: Desk) -> Blueprint:
    extras = Blueprint("extras", __name__, url_prefix="/extras", template_folder="../templates")
    extras.record_once(lambda state: state.app.config["STAFF_ACTIONS"].append("extras/action.html"))
    extras.record_once(lambda state: add_panel(state.app, Panel("extras.guest", N_("Guest"), "guest", 20)))

    @extras.get("/guest")
    def guest() -> str:
        try:
            counter = desk.counter()
            guest_fen: int | None = counter.extras.guest_fen()
        except Refusal:
            guest_fen = None
        return render_template(
            "extras/choose.html", person=None, guest_fen=guest_fen, products=_products(desk)
        )

    @extras.get("/for/<int:resident_id>")
    def for_resident(resident_id: int) -> str:
        person = known_person(desk.counter(), resident_id)
        return render_template("extras/choose.html", person=person, guest_fen=None, products=_products(desk))

    @extras.post("/sell")
    def sell() -> tuple[str, int]:
        resident_id = request.form.get("resident_id", NOBODY, type=whole_number)
        chosen, request_id = _chosen(), asked_id()
        cash = resident_id == NOBODY
        desk.act(
            lambda counter: counter.extras.sell(chosen, resident_id, request_id),
            cash=cash,
            resident_id=resident_id,
        )
        return "", 204

    return extras


def _products(desk: Desk) -> list[object]:
    try:
        return list(desk.counter().catalogue.products())
    except Refusal:
        return []


def _chosen() -> dict[str, int]:
    """How many of what; 400 where one is no number."""
    chosen = {}
    for name, typed in request.form.items():
        if name.startswith("of:") and typed not in ("", "0"):
            chosen[name.removeprefix("of:")] = asked_number(typed, MOST_OF_ONE)
    return chosen
