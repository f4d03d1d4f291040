"""The kitchen's panel: figures to be read from a step away, and each delivery until it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext

from drivers.slip import Slip
from kiosk.common.outcomes import person_of
from kiosk.front.desk import Desk
from kiosk.plain.numbers import whole_number
from kiosk.plain.refusals import Refusal
from kiosk.services.orders.actions import Kitchen, Orders
from kiosk.services.orders.errors import MealNotOffered
from kiosk.services.orders.rules import WAYS, Fate
from kiosk.services.orders.screens import asked_day, asked_meal
from kiosk.services.orders.slips import delivery_label, kitchen_sheet
from kiosk.web.page.asked import asked_id
from kiosk.web.page.looks import long_day
from kiosk.web.panel.panels import Panel, offer
from kiosk.web.words.languages import by_language
from kiosk.web.words.saying import term
from kiosk.web.words.sentence import N_

REASONS = (N_("nobody home"), N_("did not want it"), N_("brought back"))
OPEN = (Fate.WAITING, Fate.MISSED)  # nobody has said what became of it
STOPS_ON_PAGE = 8  # of the deliveries: what fits a small screen


def blueprint(desk: Desk) -> Blueprint:
    kitchen = Blueprint("kitchen", __name__, url_prefix="/kitchen", template_folder="../templates")
    offer(kitchen, panels=[Panel("kitchen.now", N_("Kitchen"), "orders/pot.svg", 55)])

    @kitchen.get("/")
    def now() -> str:
        """The meal being served, or else the next."""
        meal = desk.counter()[Orders].next_meal()
        return _panel(desk, meal.day, meal.meal)

    @kitchen.get("/<day>/<meal>")
    def of(day: str, meal: str) -> str:
        return _panel(desk, asked_day(day), meal)

    @kitchen.get("/<day>/<meal>/round")
    def round_(day: str, meal: str) -> str:
        page = max(0, request.args.get("page", 0, type=whole_number))
        return _round(desk, asked_day(day), meal, page)

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
        desk.act(lambda counter: counter[Orders].deliver(resident_id, day, meal, request_id))
        return _round(desk, day, meal)

    @kitchen.post("/failed")
    def failed() -> str:
        resident_id, day, meal = asked_meal()
        reason, request_id = request.form.get("reason", ""), asked_id()
        if reason not in REASONS:
            abort(400)
        desk.act(lambda counter: counter[Orders].fail(resident_id, day, meal, reason, request_id))
        return _round(desk, day, meal)

    @kitchen.post("/print-sheet")
    def print_sheet() -> str:
        found = _asked_kitchen(desk)
        sheet = kitchen_sheet(found.portions, _title(found), gettext, term)
        return _panel(desk, found.meal.day, found.meal.meal, **_print(desk, [sheet]))

    @kitchen.post("/print-labels")
    def print_labels() -> str:
        """Of one resident, or of all whose meal is still to be handed over."""
        found = _asked_kitchen(desk)
        made = _labels(desk, found, request.form.get("resident_id", type=whole_number))
        return _round(desk, found.meal.day, found.meal.meal, **_print(desk, made))

    return kitchen


def _panel(desk: Desk, day: date, meal: str, *, printed: str | None = None, slips: int = 0) -> str:
    """For `printed` and `slips` see `_print`."""
    shown = {"kitchen": _kitchen(desk, day, meal), "printed": printed, "slips": slips}
    return render_template("orders/kitchen.html", **shown, ways=WAYS, standing=desk.standing())


def _round(
    desk: Desk, day: date, meal: str, page: int = 0, *, printed: str | None = None, slips: int = 0
) -> str:
    """A page of the deliveries; what is still open comes first, in the order of the houses."""
    found = _kitchen(desk, day, meal)
    stops = sorted(found.deliveries, key=lambda stop: stop[1] not in OPEN)
    shown = {"kitchen": found, "stops": stops, "page": page, "per_page": STOPS_ON_PAGE}
    printing = {"printed": printed, "slips": slips, "standing": desk.standing()}
    return render_template("orders/round.html", **shown, **printing)


def _asked_kitchen(desk: Desk) -> Kitchen:
    """The meal of a form."""
    asked_id()
    return _kitchen(desk, asked_day(request.form.get("day", "")), request.form.get("meal", ""))


def _kitchen(desk: Desk, day: date, meal: str) -> Kitchen:
    try:
        return desk.counter()[Orders].kitchen(day, meal)
    except MealNotOffered:
        abort(404)


def _print(desk: Desk, made: Sequence[Slip]) -> dict[str, Any]:
    """Print all; says how many `slips`, and as `printed` the code of what kept them from being printed."""
    try:
        for slip in made:
            desk.printing.print(slip)
    except Refusal as refusal:
        return {"printed": refusal.code}
    return {"printed": "", "slips": len(made)}


def _labels(desk: Desk, kitchen: Kitchen, resident_id: int | None) -> list[Slip]:
    title, orders = _title(kitchen), desk.counter()[Orders]
    return [
        delivery_label(portion, title, orders.label_text(kitchen.meal, portion.resident.id), gettext, term)
        for portion, fate in kitchen.deliveries
        if fate in OPEN and resident_id in (None, portion.resident.id)
    ]


def _title(kitchen: Kitchen) -> str:
    """The day in full: paper is still there tomorrow."""
    return f"{long_day(kitchen.meal.day.isoformat())} {by_language(dict(kitchen.meal.period.name))}"
