"""What staff touch for the canteen: somebody without a card, and a second portion at full price."""

from __future__ import annotations

from flask import Blueprint, abort, request

from kiosk.common.outcomes import Outcome
from kiosk.front.desk import Desk
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import AlreadyServed, EatenElsewhere
from kiosk.services.canteen.rules import OF_ANYBODY, VOUCHED_FOR
from kiosk.services.canteen.saying.results import Served
from kiosk.web.page.asked import asked_id, asked_resident_id
from kiosk.web.panel.finding import find_page
from kiosk.web.panel.panels import Panel, Purpose, offer
from kiosk.web.words.sentence import N_

SERVE = Purpose(
    "canteen.serve_known", N_("Forgot the card"), at_once=N_("Is it them? Touch the face: it serves.")
)


def blueprint(desk: Desk) -> Blueprint:
    """The canteen's addresses, and its buttons for the staff's screen."""
    canteen = Blueprint(
        "canteen", __name__, url_prefix="/canteen", template_folder="templates", static_folder="static"
    )
    canteen.app_template_global("second_fen")(_second_fen)
    canteen.app_template_global("can_vouch")(can_vouch)
    offer(
        canteen,
        panels=[Panel("canteen.find", N_("Forgot the card"), "person", 10)],
        actions=["canteen/second_portion.html", "canteen/vouch.html"],
        purposes={"serve": SERVE},
        styles=["products.css"],
    )

    @canteen.get("/find")
    def find() -> str:
        return find_page("serve")

    @canteen.post("/serve-known")
    def serve_known() -> tuple[str, int]:
        """Staff have looked at the face: of somebody who was found, or whose card was refused."""
        resident_id, request_id = asked_resident_id(), asked_id()
        vouched_for = request.form.get("vouched_for", "")
        if vouched_for and vouched_for not in VOUCHED_FOR:
            abort(400)
        desk.act(
            lambda counter: counter[Canteen].serve_known(resident_id, request_id, vouched_for),
            resident_id=resident_id,
        )
        return "", 204

    @canteen.post("/second-portion")
    def second_portion() -> tuple[str, int]:
        resident_id, request_id = asked_resident_id(), asked_id()
        desk.act(
            lambda counter: counter[Canteen].second_portion(resident_id, request_id), resident_id=resident_id
        )
        return "", 204

    return canteen


def can_vouch(outcome: Outcome) -> bool:
    """Whether staff may look at the face and serve, though the card does not speak for its owner."""
    if outcome.person is None or outcome.code not in VOUCHED_FOR:
        return False
    return bool(outcome.person.name) or outcome.code not in OF_ANYBODY


def _second_fen(outcome: Outcome) -> int | None:
    """What a second portion costs this person, if the answer on the screen tells."""
    match outcome.result:
        case AlreadyServed() | EatenElsewhere() as had:
            return had.second_fen
        case Served(own_fen=own_fen, courtesy_fen=courtesy_fen, subsidy_fen=subsidy_fen):
            return own_fen + courtesy_fen + subsidy_fen
    return None
