"""What staff touch about one of the last acts: its receipt on paper, or as a code on the elder's screen."""

from __future__ import annotations

from flask import Blueprint, abort, request

from kiosk.front.desk import Desk
from kiosk.front.printing.receipts import Receipt, receipt_of
from kiosk.web.paper.printing import on_paper
from kiosk.web.paper.slips import has_receipt, receipt_slip, receipt_text


def blueprint(desk: Desk) -> Blueprint:
    printing = Blueprint("printing", __name__, url_prefix="/printing")
    printing.app_template_global("has_receipt")(has_receipt)

    @printing.post("/receipt")
    def receipt() -> tuple[str, int]:
        return on_paper(desk, lambda: receipt_slip(_asked_for(desk)))

    @printing.post("/code")
    def code() -> tuple[str, int]:
        desk.show_code(receipt_text(_asked_for(desk)))
        return "", 204

    return printing


def _asked_for(desk: Desk) -> Receipt:
    """The act that was touched; 404 if it is none of the last ones. Raises a `Refusal`."""
    receipt = request.form.get("receipt", "")
    found = next((each for each in desk.recent() if each.receipt == receipt), None)
    if found is None or not has_receipt(found):
        abort(404)
    return receipt_of(desk.counter(), found)
