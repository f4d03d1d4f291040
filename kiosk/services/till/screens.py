"""What staff touch at the till: top-ups with change, what is taken back or given back."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from kiosk.front.desk import Desk
from kiosk.people.staff import Role, SupervisorNeeded
from kiosk.plain.refusals import Refusal
from kiosk.services.till.actions import Till
from kiosk.services.till.errors import AmountNotAllowed, RefundTooLarge
from kiosk.web.page.asked import asked_id, asked_resident_id, known_person
from kiosk.web.panel.panels import offer
from kiosk.web.words.at_field import beyond, no_amount
from kiosk.web.words.money import fen_of

OFTEN_FEN = (2000, 5000, 10_000, 20_000)  # of one top-up


def blueprint(desk: Desk) -> Blueprint:
    """The till's addresses, and its buttons for the person on the staff's screen."""
    till = Blueprint(
        "till", __name__, url_prefix="/till", template_folder="templates", static_folder="static"
    )
    offer(till, actions=["till/actions.html"], styles=["till.css", "shift.css"], row="till.record")

    @till.app_template_global()
    def not_alone(receipt: str) -> str | None:
        """Why whoever is on duty needs a supervisor to take this back; None: a touch is enough."""
        try:
            counter = desk.counter()
            with counter.reader.connect() as connection, connection.begin():
                return counter[Till].not_alone(connection, receipt, desk.duty.operator)
        except Refusal:
            return None

    @till.get("/top-up/<int:resident_id>")
    def top_up(resident_id: int) -> str:
        return _top_up(resident_id)

    @till.post("/top-up")
    def topped_up() -> tuple[str, int]:
        resident_id, fen, request_id = asked_resident_id(), _typed_fen(), asked_id()
        if fen is None:
            return _top_up(resident_id, no_amount()), 200
        outcome = desk.act(
            lambda counter: counter[Till].top_up(resident_id, fen, request_id),
            cash=True,
            resident_id=resident_id,
            at_field=(AmountNotAllowed,),
        )
        if isinstance(outcome.result, AmountNotAllowed):
            return _top_up(resident_id, beyond(outcome.result.most_fen)), 200
        return "", 204

    def _top_up(resident_id: int, wrong: str = "") -> str:
        """With what was typed, where something is `wrong` with it."""
        typed = {name: request.form.get(name, "") for name in ("yuan", "given")}
        person = known_person(desk.counter(), resident_id)
        return render_template("till/top_up.html", person=person, often=OFTEN_FEN, wrong=wrong, **typed)

    @till.get("/record/<receipt>")
    def record(receipt: str) -> str:
        """One of the last acts again: what it was, and what can be done about it."""
        return _of(receipt)

    @till.post("/undo")
    def undo() -> tuple[str, int]:
        receipt, request_id = request.form.get("receipt", ""), asked_id()
        if not_alone(receipt) and not _may(desk, Role.SUPERVISOR):
            return _of(receipt, wanting=True), 200
        desk.act(lambda counter: counter[Till].undo(receipt, request_id, desk.duty), follows=receipt)
        return "", 204

    @till.post("/refund")
    def refund() -> tuple[str, int]:
        receipt, fen, request_id = request.form.get("receipt", ""), _typed_fen(), asked_id()
        typed = {"yuan": request.form.get("yuan", "")}
        if fen is None:
            return _of(receipt, wrong=no_amount(), **typed), 200
        if not _may(desk, Role.SUPERVISOR):
            return _of(receipt, wanting=True, **typed), 200
        outcome = desk.act(
            lambda counter: counter[Till].refund(receipt, fen, request_id),
            needs=Role.SUPERVISOR,
            at_field=(AmountNotAllowed, RefundTooLarge),
            follows=receipt,
        )
        if isinstance(outcome.result, AmountNotAllowed | RefundTooLarge):
            return _of(receipt, wrong=beyond(outcome.result.most_fen), **typed), 200
        return "", 204

    def _of(receipt: str, **shown: object) -> str:
        """The panel of one of the last acts; `wanting`: it just turned out that a supervisor must do it."""
        recent = desk.recent()
        found = next((each for each in recent if each.receipt == receipt), None)
        if found is None:
            abort(404)
        by = next((each for each in recent if each.takes_back == receipt), None)
        return render_template("till/record.html", outcome=found, by=by, standing=desk.standing(), **shown)

    return till


def _may(desk: Desk, role: Role) -> bool:
    try:
        desk.duty.permit(role)
    except SupervisorNeeded:
        return False
    return True


def _typed_fen() -> int | None:
    """The amount that staff typed in yuan; None if it is none."""
    return fen_of(request.form.get("yuan", ""))
