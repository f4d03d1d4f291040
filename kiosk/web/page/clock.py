"""What staff touch when they are asked which meal it is."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from flask import Blueprint, abort, request

from kiosk.plain.refusals import Refusal
from kiosk.web.page.asked import asked_id


class ClockDesk(Protocol):
    """Who can be told."""

    def confirm_meal(self, day: date, meal: str, request_id: str) -> None:
        """Go by the word of staff. Raises a `Refusal`."""


def blueprint(desk: ClockDesk) -> Blueprint:
    clock = Blueprint("clock", __name__, url_prefix="/clock")

    @clock.post("/confirm")
    def confirm() -> tuple[str, int]:
        """The screens go on by way of the board."""
        day = request.form.get("day", type=date.fromisoformat)
        meal, request_id = request.form.get("meal", ""), asked_id()
        if day is None or not meal:
            abort(400)
        try:
            desk.confirm_meal(day, meal, request_id)
        except Refusal:
            abort(409)
        return "", 204

    return clock
