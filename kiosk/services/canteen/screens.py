"""What staff touch for the canteen: a second portion, asked for on purpose and at full price."""

from __future__ import annotations

from typing import Protocol

from flask import Blueprint, abort, request

from kiosk.board import Board
from kiosk.outcomes import Outcome
from kiosk.web.security import REQUEST_ID


class Desk(Protocol):
    """What the counter can do for somebody without a tap."""

    def second_portion(self, resident_id: int, request_id: str) -> Outcome:
        """Serve one more portion at full price. The same request again gets the first answer back."""


def blueprint(desk: Desk, board: Board) -> Blueprint:
    """The canteen's addresses, and its buttons for the staff's screen."""
    canteen = Blueprint("canteen", __name__, url_prefix="/canteen", template_folder="templates")
    canteen.record_once(lambda state: state.app.config["STAFF_ACTIONS"].append("canteen/second_portion.html"))

    @canteen.post("/second-portion")
    def second_portion() -> tuple[str, int]:
        """The answer comes to the screens by way of the board, and only once however often this is sent."""
        resident_id = request.form.get("resident_id", type=int)
        request_id = request.form.get("request_id", "")
        if resident_id is None or not REQUEST_ID.fullmatch(request_id):
            abort(400)
        outcome = desk.second_portion(resident_id, request_id)
        if not outcome.receipt or outcome.receipt not in {shown.receipt for shown in board.recent}:
            board.show(outcome)
        return "", 204

    return canteen
