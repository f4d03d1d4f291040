"""A code on paper: asked of the office, shown, printed, and printed again."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask_babel import gettext

from kiosk.common.outcomes import Outcome, Tone, person_of
from kiosk.counter import Counter
from kiosk.front.desk import Desk
from kiosk.front.printing.paper import Printing
from kiosk.people import codes
from kiosk.people.errors import CardUnknown
from kiosk.plain.qr import code_svg
from kiosk.services.cards.actions import Cards
from kiosk.services.cards.errors import NotSignedYet
from kiosk.services.cards.paper.slip import paper_card
from kiosk.web.page.asked import asked_id, asked_resident_id, known_person
from kiosk.web.words import languages
from kiosk.web.words.sentence import N_

ADVICE = (N_("Hold the code under the scanner to pay."), N_("Lost it? Tell the canteen: the money is safe."))


def blueprint(desk: Desk) -> Blueprint:
    paper = Blueprint("paper", __name__, url_prefix="/cards/paper", template_folder="../templates")

    @paper.get("/<int:resident_id>")
    def card(resident_id: int) -> tuple[str, int]:
        """Asked again and again with `again` while the office has not signed, which is no news."""
        counter = desk.counter()
        person = known_person(counter, resident_id)
        held = counter[Cards].paper_of(resident_id)
        if request.args.get("again") and held is not None and held[1] is None:
            return "", 204
        figures = {
            "person": person,
            "replaces": bool(counter[Cards].of(resident_id)),
            "printer": desk.printing.configured,
            "in_touch": counter.in_touch(),
        }
        if held is None:
            return render_template("cards/paper_ask.html", **figures), 200
        return render_template("cards/paper.html", card=held[0], signed=held[1] is not None, **figures), 200

    @paper.get("/<int:resident_id>.svg")
    def picture(resident_id: int) -> Response:
        try:
            return Response(code_svg(_code(desk.counter(), resident_id)), content_type="image/svg+xml")
        except NotSignedYet:
            abort(404)

    @paper.post("/issue")
    def issue() -> tuple[str, int, dict[str, str]]:
        resident_id, request_id = asked_resident_id(), asked_id()
        done = desk.act(lambda counter: counter[Cards].issue(None, resident_id, request_id))
        opened = url_for("paper.card", resident_id=resident_id, lang=languages.chosen())
        opens = {"X-Open": opened} if done.tone is Tone.GOOD else {}
        return "", 200 if opens else 204, opens

    @paper.post("/print")
    def print_() -> tuple[str, int]:
        resident_id = asked_resident_id()
        desk.act(lambda counter: _print(counter, desk.printing, resident_id))
        return "", 204

    return paper


def _print(counter: Counter, printing: Printing, resident_id: int) -> Outcome:
    """Raises a `Refusal`."""
    at = counter.clock.now()
    resident, code = counter.catalogue.resident(resident_id), _code(counter, resident_id)
    if resident is None:
        raise CardUnknown
    person = person_of(resident, counter.day_of(at))
    advice = tuple(gettext(each) for each in ADVICE)
    printing.print(paper_card(person, languages.by_language(dict(counter.site().title)), code, advice))
    return Outcome(tone=Tone.GOOD, code="paper_card_printed", at_ms=at.wall_ms, person=person)


def _code(counter: Counter, resident_id: int) -> str:
    """What the paper says. Raises `NotSignedYet`."""
    held = counter[Cards].paper_of(resident_id)
    if held is None or held[1] is None:
        raise NotSignedYet
    return codes.qr_text(held[1].record)
