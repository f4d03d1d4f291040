"""What staff touch for the canteen: a second portion, asked for on purpose and at full price."""

from __future__ import annotations

from flask import Blueprint, abort, request

from kiosk.desk import Desk
from kiosk.web.security import asked_id


def blueprint(desk: Desk) -> Blueprint:
    """The canteen's addresses, and its buttons for the staff's screen."""
    canteen = Blueprint("canteen", __name__, url_prefix="/canteen", template_folder="templates")
    canteen.record_once(lambda state: state.app.config["STAFF_ACTIONS"].append("canteen/second_portion.html"))

    @canteen.post("/second-portion")
    def second_portion() -> tuple[str, int]:
        resident_id = request.form.get("resident_id", type=int)
        if resident_id is None:
            abort(400)
        request_id = asked_id()
        desk.act(lambda counter: counter.canteen.second_portion(resident_id, request_id))
        return "", 204

    return canteen
