"""Looking for somebody: by initials, name or telephone, for whatever purpose a service has."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template, request

from kiosk.common.outcomes import Person, person_of
from kiosk.front.desk import Desk
from kiosk.people.finding import LEAST_TYPED
from kiosk.plain.refusals import Refusal
from kiosk.web.panel.panels import Purpose

SHOWN = 6  # of those who are found: whoever is not among them is found by one more key


def blueprint(desk: Desk) -> Blueprint:
    finding = Blueprint("finding", __name__, url_prefix="/find")

    @finding.get("/<then>")
    def find(then: str) -> str:
        return find_page(then)

    @finding.get("/<then>/found")
    def found(then: str) -> str:
        """Never a list to leaf through: nobody without two keys, and the first few only."""
        typed = request.args.get("typed", "").strip().lower()
        people = _people(desk, typed) if len(typed) >= LEAST_TYPED else []
        return render_template(
            "finding/found.html",
            people=people[:SHOWN],
            more=len(people) > SHOWN,
            typed=len(typed) >= LEAST_TYPED,
            **_asked(then),
        )

    return finding


def find_page(then: str) -> str:
    """The panel to type into. `then` names a purpose; 404 if there is no such."""
    return render_template("finding/find.html", **_asked(then))


def _asked(then: str) -> dict[str, object]:
    """What somebody is looked for, and what is to be theirs, if it was chosen before: a chip, or a socket."""
    purpose: Purpose | None = current_app.config["PURPOSES"].get(then)
    if purpose is None:
        abort(404)
    return {"then": then, "purpose": purpose, "token": request.args.get("token", "")}


def _people(desk: Desk, typed: str) -> list[Person]:
    try:
        counter = desk.counter()
        day = counter.today()
        here = counter.site().name
    except Refusal:
        return []  # the header says what is the matter
    return [person_of(each, day) for each in counter.catalogue.residents_named(typed, here, SHOWN + 1)]
