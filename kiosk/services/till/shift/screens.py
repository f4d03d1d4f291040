"""Count first, then see what the books expect."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, abort, render_template, request

from kiosk.common.lent import Meals
from kiosk.front.desk import Desk
from kiosk.plain.numbers import whole_number
from kiosk.plain.refusals import Refusal
from kiosk.services.till.errors import ReasonMissing
from kiosk.services.till.records import Counts
from kiosk.services.till.reporting import ShiftReport, shift_report, takings
from kiosk.services.till.shift.slip import shift_slip
from kiosk.services.till.shift.takings import takings_in_words
from kiosk.services.till.shifts import Shifts
from kiosk.web.page.asked import asked_id
from kiosk.web.panel.panels import Panel, offer
from kiosk.web.paper.printing import on_paper
from kiosk.web.words.at_field import no_amount
from kiosk.web.words.money import fen_of
from kiosk.web.words.sentence import N_

# Notes and coins in fen, as they lie in a box.
MOST_PIECES = 99_999
WORTHS_FEN = (10_000, 5000, 2000, 1000, 500, 100, 50, 10)
REASONS = (N_("wrong change"), N_("miscounted"), N_("cash taken out"), N_("nobody knows"))


def blueprint(desk: Desk) -> Blueprint:
    shift = Blueprint("shift", __name__, url_prefix="/shift", template_folder="../templates")
    offer(shift, panels=[Panel("shift.now", N_("Shift"), "till/box.svg", 50)])
    shift.app_template_global("takings_in_words")(takings_in_words)

    @shift.get("/")
    def now() -> str:
        last = desk.counter()[Shifts].last()
        if not last.is_open:
            return render_template("shift/open.html", number=last.number + 1)
        return render_template("shift/now.html", **_figures(desk))

    @shift.post("/open")
    def open_() -> tuple[str, int]:
        typed = request.form.get("yuan", "")
        fen, request_id = fen_of(typed), asked_id()
        if fen is None:
            number = desk.counter()[Shifts].last().number + 1
            return render_template("shift/open.html", number=number, yuan=typed, wrong=no_amount()), 200
        return _done(lambda: desk.counter()[Shifts].open(fen, (), request_id))

    @shift.get("/count")
    def count() -> str:
        return _count()

    @shift.post("/counted")
    def counted() -> tuple[str, int]:
        """What was counted beside what is expected: only now, so that nobody counts towards a figure."""
        asked_id()
        try:
            counts = _counts()
        except _Miscounted as wrong:
            return _count(wrong.worths_fen), 200
        expected_fen = desk.counter()[Shifts].expected_fen()
        figures = {"counts": counts, "counted_fen": _sum(counts), "expected_fen": expected_fen}
        return render_template("shift/check.html", reasons=REASONS, **figures), 200

    @shift.post("/close")
    def close() -> tuple[str, int]:
        reason, request_id = request.form.get("reason", ""), asked_id()
        try:
            counts = _counts()
        except _Miscounted as wrong:
            return _count(wrong.worths_fen), 200
        try:
            number = desk.counter()[Shifts].close(_sum(counts), counts, reason, request_id).number
        except ReasonMissing:
            abort(400)
        report, standing = _report(desk, number), desk.standing()
        page = {"closed": report.closed, "takings": report.takings, "standing": standing}
        return render_template("shift/report.html", **page), 200

    @shift.post("/print")
    def print_() -> tuple[str, int]:
        report = _report(desk, request.form.get("number", 0, type=whole_number))
        return on_paper(desk, lambda: shift_slip(report, desk.counter()))

    return shift


def _report(desk: Desk, number: int) -> ShiftReport:
    """Of a shift that is closed; 404 if there is none."""
    counter = desk.counter()
    with counter.reader.connect() as connection, connection.begin():
        found = shift_report(connection, counter.journal.key.region_id, number, counter.opened.get(Meals))
    return found if found is not None else abort(404)


def _done(act: Any) -> tuple[str, int]:
    try:
        act()
    except Refusal:
        abort(409)
    return "", 204


class _Miscounted(Exception):
    """What was typed to these notes and coins is no number of pieces."""

    def __init__(self, worths_fen: list[int]) -> None:
        super().__init__(worths_fen)
        self.worths_fen = worths_fen


def _counts() -> Counts:
    """How many of each note and coin. Raises `_Miscounted`."""
    pieces = {worth_fen: _pieces(request.form.get(f"of{worth_fen}", "")) for worth_fen in WORTHS_FEN}
    if wrong := [worth_fen for worth_fen, found in pieces.items() if found is None]:
        raise _Miscounted(wrong)
    return tuple((worth_fen, found) for worth_fen, found in pieces.items() if found)


def _pieces(typed: str) -> int | None:
    try:
        number = whole_number(typed or "0")
    except ValueError:
        return None
    return number if number <= MOST_PIECES else None


def _count(wrong: Collection[int] = ()) -> str:
    """The panel to count on, with what was typed so far; `wrong`: to which notes and coins."""
    typed = {worth_fen: request.form.get(f"of{worth_fen}", "") for worth_fen in WORTHS_FEN}
    return render_template("shift/count.html", worths=WORTHS_FEN, typed=typed, wrong=wrong)


def _sum(counts: Counts) -> int:
    return sum(worth_fen * pieces for worth_fen, pieces in counts)


def _figures(desk: Desk) -> dict[str, Any]:
    """The last shift, and what it came to until now."""
    counter = desk.counter()
    shift = counter[Shifts].last()
    with counter.reader.connect() as connection, connection.begin():
        found = takings(
            connection, counter.journal.key, shift, counter.journal.head.seq, counter.opened.get(Meals)
        )
    return {"shift": shift, "takings": found}
