"""Printing from a page: the panel closes when the slip is on its way, and says so when it has to wait."""

from __future__ import annotations

from collections.abc import Callable

from flask import render_template
from flask_babel import gettext

from drivers.slip import Slip
from kiosk.common.board import Standing
from kiosk.common.outcomes import refused
from kiosk.common.troubles import Severity, Trouble, troubles
from kiosk.front.desk import Desk
from kiosk.plain.refusals import Refusal
from kiosk.web.words.saying import sentence, trouble_words
from kiosk.web.words.sentence import N_

NOT_READY = Trouble(code="printer", severity=Severity.NOTE)  # it has just begun to listen
WAITS = N_("It is kept, and comes out by itself when the printer is ready.")


def on_paper(desk: Desk, write: Callable[[], Slip]) -> tuple[str, int]:
    """Print, and answer the form that asked for it."""
    try:
        desk.printing.print(write())
    except Refusal as refusal:
        said = sentence(refused(refusal, at_ms=0), desk.standing())
        return render_template("fragments/not_printed.html", headline=said.headline, words=said.staff), 200
    if desk.printing.ready:
        return "", 204
    return render_template(
        "fragments/not_printed.html", headline=_why(desk.standing()), words=gettext(WAITS)
    ), 200


def _why(standing: Standing) -> str:
    """What keeps the printer from printing at once."""
    found = next((each for each in troubles(standing) if each.code.startswith("printer")), NOT_READY)
    return trouble_words(found, standing).title
