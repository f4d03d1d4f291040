"""The panel: whoever stands there gave an hour."""

from __future__ import annotations

from flask import Blueprint, render_template

from kiosk.front.desk import Desk
from kiosk.web.page.asked import asked_id, asked_resident_id, known_person
from kiosk.web.panel.panels import Panel, Purpose, offer
from tests.services.time_purse.actions import TimePurse


def blueprint(desk: Desk) -> Blueprint:
    time = Blueprint("time", __name__, url_prefix="/time", template_folder="templates")
    offer(
        time, panels=[Panel("time.purse", "Time", "time/hour.svg", 71)], purposes={"hour": Purpose("time.of")}
    )

    @time.get("/")
    def purse() -> str:
        return render_template("time/purse.html", person=None)

    @time.get("/of/<int:resident_id>")
    def of(resident_id: int) -> str:
        return render_template("time/purse.html", person=known_person(desk.counter(), resident_id))

    @time.post("/give")
    def give() -> tuple[str, int]:
        resident_id, request_id = asked_resident_id(), asked_id()
        desk.act(lambda counter: counter[TimePurse].give(resident_id, request_id), resident_id=resident_id)
        return "", 204

    return time
