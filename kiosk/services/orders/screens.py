"""What staff touch to order ahead: a row for each coming meal, a button for each way to have it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, request

from kiosk.common.outcomes import person_of
from kiosk.front.desk import Desk
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.items import Dining
from kiosk.services.orders.rules import WAYS
from kiosk.web.page.asked import asked_id, asked_resident_id, known
from kiosk.web.panel.panels import Purpose, offer

MEAL_CODE_LENGTH = 40
SHOWN = 5  # of the meals that can be ordered: what fits a small screen


def blueprint(desk: Desk) -> Blueprint:
    """The addresses of orders, and the button for the person on the screen."""
    orders = Blueprint(
        "orders", __name__, url_prefix="/orders", template_folder="templates", static_folder="static"
    )
    offer(
        orders,
        actions=["orders/action.html"],
        purposes={"order": Purpose("orders.of")},
        styles=["orders.css"],
    )

    @orders.get("/of/<int:resident_id>")
    def of(resident_id: int) -> str:
        return _choices(desk, resident_id)

    @orders.post("/order")
    def order() -> str:
        resident_id, day, meal = asked_meal()
        dining, request_id = request.form.get("dining", ""), asked_id()
        if dining not in set(Dining):
            abort(400)
        wanted = Dining(dining)
        if wanted is Dining.NONE:
            desk.act(lambda counter: counter[Orders].cancel(resident_id, day, meal, request_id))
        else:
            desk.act(lambda counter: counter[Orders].place(resident_id, day, meal, wanted, request_id))
        return _choices(desk, resident_id)

    return orders


def asked_meal() -> tuple[int, date, str]:
    """Whose meal it is, and which; 400 where the form does not say."""
    resident_id, meal = asked_resident_id(), request.form.get("meal", "")
    if not 0 < len(meal) <= MEAL_CODE_LENGTH:
        abort(400)
    return resident_id, asked_day(request.form.get("day", "")), meal


def asked_day(iso: str) -> date:
    """400 where it is none."""
    try:
        return date.fromisoformat(iso)
    except ValueError:
        abort(400)


def _choices(desk: Desk, resident_id: int) -> str:
    counter = desk.counter()
    today, resident = counter.today(), known(counter, resident_id)
    person, coming = person_of(resident, today), counter[Orders].coming(resident_id)[:SHOWN]
    return render_template("orders/choose.html", person=person, coming=coming, today=today, ways=WAYS)
