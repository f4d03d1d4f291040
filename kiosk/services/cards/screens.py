"""What staff touch when a card is lost, found, or given to somebody."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from kiosk.common.outcomes import Person
from kiosk.front.desk import Desk
from kiosk.people.chips import CHIP_TOKEN
from kiosk.people.errors import PAST_USE
from kiosk.people.staff import Role
from kiosk.services.cards.actions import Cards
from kiosk.web.page.asked import asked_id, asked_resident_id, known_person
from kiosk.web.panel.finding import find_page
from kiosk.web.panel.panels import Panel, Purpose, offer
from kiosk.web.words.sentence import N_

# After these the next empty chip is likely for whoever it was about.
NEEDS_ANOTHER = ("card_reported_lost", *(each.code for each in PAST_USE))
STATUS = {"active": N_("good"), "lost": N_("lost"), "replaced": N_("replaced"), "closed": N_("closed")}


def blueprint(desk: Desk) -> Blueprint:
    cards = Blueprint(
        "cards", __name__, url_prefix="/cards", template_folder="templates", static_folder="static"
    )
    offer(
        cards,
        panels=[Panel("cards.find", N_("Cards"), "card", 40)],
        actions=["cards/give_action.html"],
        purposes={"cards": Purpose("cards.of"), "give": Purpose("cards.give")},
        styles=["cards.css"],
    )

    @cards.app_context_processor
    def recently() -> dict[str, object]:
        return {"in_need": lambda: _in_need(desk), "NEEDS_ANOTHER": NEEDS_ANOTHER}

    @cards.get("/")
    def find() -> str:
        return find_page("cards")

    @cards.get("/of/<int:resident_id>")
    def of(resident_id: int) -> str:
        return render_template("cards/of.html", **_resident(desk, resident_id), words=STATUS)

    @cards.get("/give/<int:resident_id>")
    def give(resident_id: int) -> str:
        """The chip that was just laid down, to somebody who was found."""
        return render_template("cards/give.html", **_resident(desk, resident_id), token=_token(request.args))

    @cards.get("/replace/<int:resident_id>")
    def replace(resident_id: int) -> str | tuple[str, int]:
        """Wait for an empty chip, and go on to giving it. `again`: there is no answer before."""
        newest = next(iter(desk.recent()), None)
        if newest is not None and newest.chip:
            return render_template("cards/give.html", **_resident(desk, resident_id), token=newest.chip)
        if "again" in request.args:
            return "", 204
        return render_template("cards/replace.html", **_resident(desk, resident_id))

    @cards.post("/lost")
    def lost() -> tuple[str, int]:
        token, request_id = _token(request.form), asked_id()
        desk.act(lambda counter: counter[Cards].report_lost(token, request_id))
        return "", 204

    @cards.post("/found")
    def found() -> tuple[str, int]:
        token, request_id = _token(request.form), asked_id()
        desk.act(lambda counter: counter[Cards].found(token, request_id), needs=Role.SUPERVISOR)
        return "", 204

    @cards.post("/issue")
    def issue() -> tuple[str, int]:
        resident_id, token, request_id = asked_resident_id(), _token(request.form), asked_id()
        if not CHIP_TOKEN.fullmatch(token):
            abort(400)
        desk.act(lambda counter: counter[Cards].issue(token, resident_id, request_id))
        return "", 204

    return cards


def _token(given: object) -> str:
    token = given.get("token", "")  # type: ignore[attr-defined]
    if not token or len(token) > 60:
        abort(400)
    return str(token)


def _resident(desk: Desk, resident_id: int) -> dict[str, object]:
    counter = desk.counter()
    person, held = known_person(counter, resident_id), counter[Cards].of(resident_id)
    return {"person": person, "cards": held, "replaces": bool(held)}


def _in_need(desk: Desk) -> Person | None:
    """Who has just lost a card, or laid one down that is past use, where nothing but another came after."""
    before = next((each for each in desk.recent() if each.code != "card_unknown"), None)
    return before.person if before is not None and before.code in NEEDS_ANOTHER else None
