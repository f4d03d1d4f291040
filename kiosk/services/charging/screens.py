"""What is touched to charge: the shelter's picture, a socket, the keypad for codes, and what staff clear.

Choosing a socket, typing a code and joining a phone are for everybody who stands there: the card, or the
code, says who pays. Stopping somebody's session, or starting one without a card, is for staff; clearing an
alarm for a technician.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext

from kiosk.common.outcomes import refused
from kiosk.front.desk import Desk
from kiosk.people.identify import active_resident
from kiosk.people.staff import Role, SignInFirst, SupervisorNeeded
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.actions import NOBODY, Charging
from kiosk.services.charging.codes import DIGITS, StartCodeWrong, TooManyStartCodes
from kiosk.services.charging.errors import NoSuchSocket
from kiosk.services.charging.phone.coming import Coming
from kiosk.services.charging.picture import Tile, picture_of, seen_of, tile
from kiosk.services.charging.reasons import why
from kiosk.services.charging.records import Means
from kiosk.services.charging.running.sockets import SocketView
from kiosk.web.page.asked import asked_id, asked_number, asked_resident_id, known_person
from kiosk.web.panel.panels import Panel, Purpose, offer
from kiosk.web.panel.signing_in import sign_in_first
from kiosk.web.words.saying import sentence
from kiosk.web.words.sentence import N_

SERVICE = "charging"
MOST_FEN = 100_000
FOR = Purpose("charging.known", N_("Who pays?"))


def blueprint(desk: Desk) -> Blueprint:
    charging = Blueprint(
        SERVICE, __name__, url_prefix="/charging", template_folder="templates", static_folder="static"
    )
    offer(
        charging,
        panels=[Panel("charging.shelter", N_("E-bikes"), "charging/plug.svg", 35, live=SERVICE)],
        purposes={"charge": FOR},
        styles=["shelter.css", "charging.css"],
        display_styles=["shelter.css", "display.css"],
        idle=(SERVICE, "charging/idle.html"),
        open_to_all=[
            f"{SERVICE}.{each}"
            for each in ("shelter", "socket", "choose", "code", "start_by_code", "phone", "join", "clear")
        ],
    )

    def verbs() -> Charging:
        return desk.counter()[Charging]

    def asked_view(label: str) -> SocketView:
        try:
            return verbs().socket(label)
        except NoSuchSocket:
            abort(404)

    @charging.get("/")
    def shelter() -> str | tuple[str, int]:
        """204 while nothing has changed since `seen`."""
        shown = picture_of(verbs())
        seen = seen_of(shown)
        if request.args.get("seen") == seen:
            return "", 204
        return render_template("charging/shelter.html", shelter=shown, seen=seen)

    @charging.get("/socket/<label>")
    def socket(label: str) -> str:
        return _socket(asked_view(label))

    def _socket(view: SocketView, wrong: str = "") -> str:
        shown: Tile = tile(view)
        site = verbs().site
        return render_template(
            "charging/socket.html",
            socket=shown,
            caps_fen=site.caps_fen if site is not None else (),
            why=why(view.reason) if view.reason is not None else None,
            wrong=wrong,
        )

    @charging.post("/choose")
    def choose() -> tuple[str, int]:
        """The next card that is tapped, or the next two, start it; both screens say so at once."""
        label = asked_view(request.form.get("label", "")).place.label
        typed = request.form.get("cap_fen", "")
        cap_fen = asked_number(typed, MOST_FEN) if typed else None
        verbs().choose(label, cap_fen, by_helper=request.form.get("by_helper") == "1")
        desk.show_live(SERVICE, picture_of(verbs()))
        return "", 204

    @charging.get("/code/<label>")
    def code(label: str) -> str:
        return render_template("charging/code.html", label=asked_view(label).place.label, wrong="")

    @charging.post("/code")
    def start_by_code() -> tuple[str, int]:
        label, request_id = asked_view(request.form.get("label", "")).place.label, asked_id()
        digits = request.form.get("digits", "")
        if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
            return render_template("charging/code.html", label=label, wrong=_said(StartCodeWrong())), 200
        outcome = desk.act(
            lambda counter: counter[Coming].typed(label, digits, request_id),
            needs=None,
            at_field=(StartCodeWrong, TooManyStartCodes),
        )
        if isinstance(outcome.result, StartCodeWrong | TooManyStartCodes):
            return render_template("charging/code.html", label=label, wrong=_said(outcome.result)), 200
        return "", 204

    def _said(refusal: Refusal) -> str:
        return sentence(refused(refusal, 0), desk.standing()).headline

    @charging.get("/phone")
    def phone() -> str | tuple[str, int]:
        """204 as long as the card is waited for."""
        waits = desk.counter()[Coming].waits_for_card
        if waits and "waits" in request.args:
            return "", 204
        return render_template("charging/phone.html", waits=waits)

    @charging.post("/phone")
    def join() -> str:
        desk.counter()[Coming].wait_for_card()
        return render_template("charging/phone.html", waits=True)

    @charging.get("/known/<int:resident_id>")
    def known(resident_id: int) -> str:
        """Somebody without a card was found, for the socket that `token` names: staff look at the face."""
        label = asked_view(request.args.get("token", "")).place.label
        person, site = known_person(desk.counter(), resident_id), verbs().site
        caps_fen = site.caps_fen if site is not None else ()
        return render_template("charging/known.html", person=person, label=label, caps_fen=caps_fen)

    @charging.post("/start-known")
    def start_known() -> tuple[str, int]:
        resident_id, request_id = asked_resident_id(), asked_id()
        label = asked_view(request.form.get("label", "")).place.label
        cap_fen = asked_number(request.form.get("cap_fen", ""), MOST_FEN)
        desk.act(
            lambda counter: counter[Charging].start(
                active_resident(counter.catalogue, resident_id),
                label,
                means=Means.STAFF,
                at=counter.clock.now(),
                cap_fen=cap_fen,
                request_id=request_id,
            ),
            resident_id=resident_id,
        )
        return "", 204

    @charging.post("/stop")
    def stop() -> tuple[str, int]:
        label = asked_view(request.form.get("label", "")).place.label
        desk.act(lambda counter: counter[Charging].stop(label, by=NOBODY, at=counter.clock.now()))
        return "", 204

    @charging.post("/clear")
    def clear() -> str | tuple[str, int] | Response:
        view = asked_view(request.form.get("label", ""))
        note = request.form.get("note", "").strip()
        try:
            desk.duty.permit(Role.TECHNICIAN)
        except SignInFirst:
            return sign_in_first(desk)
        except SupervisorNeeded:
            return _socket(view, gettext("Only a technician may do this. Sign in as one."))
        if not note:
            return _socket(view, gettext("Write in a few words what was found."))
        desk.act(
            lambda counter: counter[Charging].clear(
                view.id.box, view.id.number, operator=desk.duty.name, note=note
            ),
            needs=Role.TECHNICIAN,
        )
        return "", 204

    return charging
