"""The panel: how the machine is."""

from __future__ import annotations

from flask import Blueprint, render_template

from kiosk.front.desk import Desk
from kiosk.web.panel.panels import Panel, offer
from tests.services.coffee_machine.device import CoffeeMachine


def blueprint(desk: Desk) -> Blueprint:
    coffee = Blueprint("coffee", __name__, url_prefix="/coffee", template_folder="templates")
    offer(coffee, panels=[Panel("coffee.machine", "Coffee", "coffee/cup.svg", 72)])

    @coffee.get("/")
    def machine() -> str:
        found = desk.counter().opened.get(CoffeeMachine)
        return render_template("coffee/machine.html", ready=found is not None and found.ready)

    return coffee
