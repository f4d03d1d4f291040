"""Where pages hand over what a device typed. It is answered in the tap loop, with every check of a tap."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from flask import Blueprint, abort, request

from drivers.clock import monotonic_ms
from drivers.contracts import DeviceEvent
from kiosk.plain.wedge import LONGEST, CardNumbers, event_of
from kiosk.web.page.asked import asked_id

REMEMBERED = 100  # request ids: a repeat comes within seconds


def blueprint(put: Callable[[DeviceEvent], None], numbers: CardNumbers) -> Blueprint:
    """Open to everybody, as the reader is: who is on duty does not matter for a tap."""
    wedge = Blueprint("wedge", __name__)
    known: deque[str] = deque(maxlen=REMEMBERED)

    @wedge.post("/wedge")
    def typed() -> tuple[str, int]:
        text, request_id = request.form.get("text", ""), asked_id()
        if not text or len(text) > LONGEST or not text.isprintable():
            abort(400)
        if request_id not in known:
            known.append(request_id)
            put(event_of(text, numbers, monotonic_ms()))
        return "", 204

    return wedge
