"""Looking for a resident who has no card in hand, whatever for.

What a face leads on to is said by whoever asked: an address in `config["FOUND"]`, or a form that does it at
once in `config["FOUND_FORMS"]`, by a word for it.
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template, request
from flask_babel import gettext

from kiosk.desk import Desk
from kiosk.outcomes import Person, person_of
from kiosk.people.finding import LEAST_TYPED
from kiosk.refusals import Refusal

SHOWN = 6  # of those who are found: whoever is not among them is found by one more key


def blueprint(desk: Desk) -> Blueprint:
    finding = Blueprint("finding", __name__, url_prefix="/finding")

    @finding.get("/")
    def find() -> str:
        return find_panel(gettext("Who is it?"), _then(), request.args.get("token", ""))

    @finding.get("/found")
    def found() -> str:
        """Never a list to leaf through: nobody without two keys, and the first few only."""
        typed = request.args.get("typed", "").strip().lower()
        people = _people(desk, typed) if len(typed) >= LEAST_TYPED else []
        return render_template(
            "finding/found.html",
            people=people[:SHOWN],
            more=len(people) > SHOWN,
            typed=len(typed) >= LEAST_TYPED,
            then=_then(),
            token=request.args.get("token", ""),
        )

    return finding


def find_panel(title: str, then: str, token: str = "") -> str:
    """The panel to type on. `token`: of a card that is to be given to whoever is found."""
    return render_template("finding/find.html", title=title, then=then, token=token)


def _then() -> str:
    """What somebody is looked for; 404 where nobody here does that."""
    then = request.args.get("then", "")
    known = then in current_app.config["FOUND"] or then in current_app.config["FOUND_FORMS"]
    return then if known else abort(404)


def _people(desk: Desk, typed: str) -> list[Person]:
    try:
        counter = desk.counter()
        day = counter.today()
    except Refusal:
        return []  # the header says what is the matter
    here = counter.site().name
    return [person_of(each, day) for each in counter.catalogue.residents_named(typed, here, SHOWN + 1)]
