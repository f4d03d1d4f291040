"""Printing from a page: the panel closes when the slip is on its way, and says so when it has to wait."""

from __future__ import annotations

from collections.abc import Callable

from flask import render_template
from flask_babel import gettext

from drivers.printers.slip import Slip
from kiosk.board import Standing
from kiosk.desk import Desk
from kiosk.outcomes import refused
from kiosk.refusals import Refusal
from kiosk.web.sentences import sentence
from kiosk.web.wordings.sentence import N_

STATES = {
    "paper_low": N_("Paper nearly used up"),
    "out_of_paper": N_("Printer has no paper"),
    "cover_open": N_("Printer's cover is open"),
}


def on_paper(desk: Desk, write: Callable[[], Slip]) -> tuple[str, int]:
    """Print, and answer the form that asked for it."""
    try:
        desk.printing.print(write())
    except Refusal as refusal:
        said = sentence(refused(refusal, at_ms=0), desk.standing())
        return render_template("fragments/not_printed.html", headline=said.headline, words=said.staff), 200
    if desk.printing.ready:
        return "", 204
    state = printer_state(desk.standing())
    return render_template("fragments/not_printed.html", headline=state, words=gettext(WAITS)), 200


WAITS = N_("It is kept, and comes out by itself when the printer is ready.")


def printer_state(standing: Standing) -> str:
    """What to say about the printer; empty while there is none, or nothing to say."""
    if standing.printer_ready is None or standing.printer_reason == "ready":
        return ""
    return str(gettext(STATES.get(standing.printer_reason) or N_("Printer not ready")))
