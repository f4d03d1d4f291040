"""The kitchen's panel: figures to be read from a step away, and each delivery until it is settled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext

from drivers.printers.slip import Slip
from kiosk.desk import Desk
from kiosk.outcomes import person_of
from kiosk.refusals import Refusal
from kiosk.services.orders.actions import Kitchen
from kiosk.services.orders.errors import MealNotOffered
from kiosk.services.orders.rules import WAYS, Fate
from kiosk.services.orders.screens import asked_day, asked_meal
from kiosk.services.orders.slips import delivery_label, kitchen_sheet
from kiosk.web.labels import label
from kiosk.web.languages import by_language
from kiosk.web.looks import long_day
from kiosk.web.panels import Panel, add_panel
from kiosk.web.security import asked_id
from kiosk.web.wordings.sentence import N_

REASONS = (N_("nobody home"), N_("did not want it"), N_("brought back"))


def blueprint(desk: Desk) -> Blueprint:
    kitchen = Blueprint("kitchen", __name__, url_prefix="/kitchen", template_folder="../templates")
    kitchen.record_once(lambda state: add_panel(state.app, Panel("kitchen.now", N_("Kitchen"), "pot", 55)))

    @kitchen.get("/")
    def now() -> str:
        """The meal being served, or else the next."""
        try:
            meal = desk.counter().orders.next_meal()
        except Refusal:
            abort(503)
        return _panel(desk, meal.day, meal.meal)

    @kitchen.get("/<day>/<meal>")
    def of(day: str, meal: str) -> str:
        return _panel(desk, asked_day(day), meal)

    @kitchen.get("/<day>/<meal>/<int:resident_id>")
    def delivery(day: str, meal: str, resident_id: int) -> str:
        found = _kitchen(desk, asked_day(day), meal)
        portion = found.portion(resident_id)
        if portion is None:
            abort(404)
        person = person_of(portion.resident, found.today)
        shown = {"kitchen": found, "portion": portion, "person": person, "reasons": REASONS}
        return render_template("orders/delivery.html", **shown)

    @kitchen.post("/delivered")
    def delivered() -> str:
        """By hand, where a label cannot be scanned any more."""
        resident_id, day, meal = asked_meal()
        request_id = asked_id()
        desk.act(lambda counter: counter.canteen.deliver(resident_id, day, meal, request_id))
        return _panel(desk, day, meal)

    @kitchen.post("/failed")
    def failed() -> str:
        resident_id, day, meal = asked_meal()
        reason, request_id = request.form.get("reason", ""), asked_id()
        if reason not in REASONS:
            abort(400)
        desk.act(lambda counter: counter.orders.fail(resident_id, day, meal, reason, request_id))
        return _panel(desk, day, meal)

    @kitchen.post("/print")
    def print_() -> str:
        """The sheet, or the labels: of one resident, or of all that are still to be handed over."""
        asked_id()
        day, meal = asked_day(request.form.get("day", "")), request.form.get("meal", "")
        found = _kitchen(desk, day, meal)
        resident_id = request.form.get("resident_id", type=int)
        made = _labels(desk, found, resident_id) if "labels" in request.form else [_sheet(found)]
        return _panel(desk, day, meal, printed=_print(desk, made), slips=len(made))

    return kitchen


def _panel(desk: Desk, day: date, meal: str, *, printed: str | None = None, slips: int = 0) -> str:
    """`printed` is the code of what kept the slips from being printed, empty if nothing did."""
    shown = {"kitchen": _kitchen(desk, day, meal), "printed": printed, "slips": slips}
    return render_template("orders/kitchen.html", **shown, ways=WAYS, standing=desk.standing())


def _kitchen(desk: Desk, day: date, meal: str) -> Kitchen:
    try:
        return desk.counter().orders.kitchen(day, meal)
    except MealNotOffered:
        abort(404)
    except Refusal:
        abort(503)


def _print(desk: Desk, made: Iterable[Slip]) -> str:
    """Print all; the code of what kept it from being done."""
    try:
        for slip in made:
            desk.printing.print(slip)
    except Refusal as refusal:
        return refusal.code
    return ""


def _sheet(kitchen: Kitchen) -> Slip:
    return kitchen_sheet(kitchen.portions, _title(kitchen), gettext, label)


def _labels(desk: Desk, kitchen: Kitchen, resident_id: int | None) -> list[Slip]:
    title, orders = _title(kitchen), desk.counter().orders
    return [
        delivery_label(portion, title, orders.label_text(kitchen.meal, portion.resident.id), gettext, label)
        for portion, fate in kitchen.deliveries
        if fate in (Fate.WAITING, Fate.MISSED) and resident_id in (None, portion.resident.id)
    ]


def _title(kitchen: Kitchen) -> str:
    """The day in full: paper is still there tomorrow."""
    return f"{long_day(kitchen.meal.day.isoformat())} {by_language(dict(kitchen.meal.period.name))}"
