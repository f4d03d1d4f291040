"""Portions taken away, and meals of volunteers without an account."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from kiosk.front.desk import Desk
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.beside.away import Away
from kiosk.services.canteen.beside.volunteers import Volunteers
from kiosk.services.canteen.errors import VolunteerUnnamed
from kiosk.web.page.asked import asked_id
from kiosk.web.panel.panels import offer


def blueprint(desk: Desk) -> Blueprint:
    beside = Blueprint("beside", __name__, url_prefix="/beside", template_folder="../templates")
    offer(beside, actions=["beside/away_action.html"])

    @beside.post("/away")
    def away() -> tuple[str, int]:
        receipt, request_id = request.form.get("receipt", ""), asked_id()
        is_away = request.form.get("away") == "1"
        desk.amend(lambda counter: counter[Away].mark(receipt, is_away, request_id))
        return "", 204

    @beside.get("/volunteer")
    def volunteer() -> str:
        return _volunteer()

    def _volunteer(*, wrong: bool = False) -> str:
        """Whom the meal is for; without a rule of the office it says that there are none."""
        try:
            counter = desk.counter()
            price_fen: int | None = counter[Volunteers].rule().full_fen
            with counter.reader.connect() as connection, connection.begin():
                portions = counter[Volunteers].portions(connection)
        except Refusal:
            price_fen, portions = None, 0
        return render_template(
            "beside/volunteer.html",
            price_fen=price_fen,
            portions=portions,
            wrong=wrong,
            typed=request.form.get("volunteer", ""),
        )

    @beside.post("/volunteer")
    def feed() -> tuple[str, int]:
        name, request_id = request.form.get("volunteer", ""), asked_id()
        outcome = desk.act(
            lambda counter: counter[Volunteers].feed(name, request_id), at_field=(VolunteerUnnamed,)
        )
        return (_volunteer(wrong=True), 200) if outcome.code == VolunteerUnnamed.code else ("", 204)

    return beside
