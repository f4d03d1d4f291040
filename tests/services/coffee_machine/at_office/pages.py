"""The page of cups."""

from __future__ import annotations

from flask import Blueprint, render_template

from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import reading
from tests.services.coffee_machine.at_office.cups import cups as sold


def blueprint(office: Office) -> Blueprint:
    coffee = Blueprint("coffee", __name__, template_folder="templates")

    @coffee.get("/cups")
    @needs(Permission.SEE_SALES)
    def cups() -> str:
        with reading(office.engine) as connection:
            return render_template("coffee/cups.html", cups=sold(connection, office.region_id))

    return coffee


SHOWN = Shown(pages=(blueprint,), links=(Link(67, "coffee.cups", "Coffee"),))
