"""What staff touch when the register has something wrong about the person before them."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from kiosk.front.desk import Desk
from kiosk.services.corrections.actions import Corrections
from kiosk.services.corrections.records import Matter
from kiosk.web.page.asked import asked_id, asked_resident_id, known_person
from kiosk.web.panel.panels import About, offer
from kiosk.web.words.people import CATEGORIES
from kiosk.web.words.sentence import N_

LONGEST_CATEGORY = 60  # characters
OTHER = {
    Matter.NAME: N_("The name is wrong"),
    Matter.BIRTHDAY: N_("The birthday is wrong"),
    Matter.OTHER: N_("Something else"),
}


def blueprint(desk: Desk) -> Blueprint:
    corrections = Blueprint(
        "corrections",
        __name__,
        url_prefix="/corrections",
        template_folder="templates",
        static_folder="static",
    )
    offer(
        corrections,
        actions=["corrections/action.html"],
        about=[About("corrections.ask", N_("Something is wrong"), "person")],
        styles=["corrections.css"],
    )

    @corrections.get("/<int:resident_id>")
    def ask(resident_id: int) -> str:
        person = known_person(desk.counter(), resident_id)
        missing = [each for each in CATEGORIES if each not in person.categories]
        return render_template("corrections/ask.html", person=person, missing=missing, other=OTHER)

    @corrections.post("/<any(category_missing, category_wrong, name, birthday, other):matter>")
    def send(matter: str) -> tuple[str, int]:
        resident_id, request_id = asked_resident_id(), asked_id()
        category = request.args.get("category", "")
        if len(category) > LONGEST_CATEGORY:
            abort(400)
        desk.act(lambda counter: counter[Corrections].ask(resident_id, Matter(matter), category, request_id))
        return "", 204

    return corrections
