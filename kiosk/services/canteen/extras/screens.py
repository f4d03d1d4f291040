"""Guests, and what is sold beside the meal: touched together, then taken in one."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from msgspec.structs import replace

from kiosk.common.board import Due
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.front.desk import Desk
from kiosk.plain.numbers import whole_number
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.errors import NothingChosen
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.canteen.items import Product
from kiosk.services.canteen.records import NOBODY
from kiosk.services.canteen.saying.results import SoldForCash
from kiosk.web.page.asked import asked_id, asked_number, known_person
from kiosk.web.panel.panels import Panel, offer
from kiosk.web.words.money import fen_of
from kiosk.web.words.sentence import N_

MOST_OF_ONE = 999  # pieces of one product
NOTES_YUAN = (5, 10, 20, 50, 100)


def blueprint(desk: Desk) -> Blueprint:
    extras = Blueprint("extras", __name__, url_prefix="/extras", template_folder="../templates")
    offer(
        extras,
        panels=[Panel("extras.guest", N_("Guest"), "canteen/guest.svg", 20)],
        actions=["extras/action.html"],
    )

    @extras.get("/guest")
    def guest() -> str:
        return _choose()

    @extras.get("/for/<int:resident_id>")
    def for_resident(resident_id: int) -> str:
        return _choose(resident_id)

    @extras.post("/sell")
    def sell() -> tuple[str, int]:
        resident_id = request.form.get("resident_id", NOBODY, type=whole_number)
        chosen, request_id = _chosen(), asked_id()
        given_fen = fen_of(request.form.get("given", ""))
        outcome = desk.act(
            lambda counter: _with_change(counter[Extras].sell(chosen, resident_id, request_id), given_fen),
            cash=resident_id == NOBODY,
            resident_id=resident_id,
            at_field=(NothingChosen,),
        )
        if outcome.code == NothingChosen.code:
            return _choose(resident_id, wrong=True), 200
        return "", 204

    @extras.post("/due")
    def due() -> tuple[str, int]:
        """What is chosen for a guest so far, for the elder's screen; of an empty form nothing."""
        given_fen = fen_of(request.form.get("given", ""))
        desk.show_due(_due(desk.counter(), _chosen(), given_fen))
        return "", 204

    def _choose(resident_id: int = NOBODY, *, wrong: bool = False) -> str:
        """What there is to sell. `wrong`: nothing was chosen of it."""
        person = known_person(desk.counter(), resident_id) if resident_id != NOBODY else None
        return render_template(
            "extras/choose.html",
            person=person,
            guest_fen=None if person else _guest_fen(desk),
            products=_products(desk),
            notes=NOTES_YUAN,
            wrong=wrong,
        )

    return extras


def _guest_fen(desk: Desk) -> int | None:
    try:
        return desk.counter()[Extras].guest_fen()
    except Refusal:
        return None


def _due(counter: Counter, chosen: dict[str, int], given_fen: int | None) -> Due:
    try:
        amount_fen = counter[Extras].price_fen(chosen)
    except NothingChosen:
        return Due(0)
    return Due(amount_fen, **_change(amount_fen, given_fen))


def _with_change(outcome: Outcome, given_fen: int | None) -> Outcome:
    """A guest's sale with what there is to give back, for both screens. Nobody needs it later."""
    if not isinstance(outcome.result, SoldForCash):
        return outcome
    change = _change(outcome.result.amount_fen, given_fen)
    return replace(outcome, result=replace(outcome.result, **change))


def _change(amount_fen: int, given_fen: int | None) -> dict[str, int]:
    """The cash given and what is given back of it; nothing unless it is enough."""
    if not given_fen or given_fen < amount_fen:
        return {}
    return {"given_fen": given_fen, "change_fen": given_fen - amount_fen}


def _products(desk: Desk) -> list[Product]:
    try:
        return desk.counter()[Extras].on_sale()
    except Refusal:
        return []


def _chosen() -> dict[str, int]:
    """How many of what; 400 where one is no number."""
    chosen = {}
    for name, typed in request.form.items():
        if name.startswith("of:") and typed not in ("", "0"):
            chosen[name.removeprefix("of:")] = asked_number(typed, MOST_OF_ONE)
    return chosen
