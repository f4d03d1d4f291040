"""What the canteen says and shows: on both screens, aloud and on paper."""

from __future__ import annotations

from pathlib import Path

from flask_babel import gettext

from kiosk.common.board import Standing
from kiosk.common.outcomes import Outcome
from kiosk.services.canteen.beside import sentences as beside
from kiosk.services.canteen.extras import sentences as extras
from kiosk.services.canteen.saying import aloud, receipts, sentences
from kiosk.web.words import Act, Amounts, ReceiptWords, Row, Words, paid_fen
from kiosk.web.words.money import LOW_BALANCE_FEN
from kiosk.web.words.sentence import N_


def _served(outcome: Outcome, _standing: Standing) -> str:
    figures = outcome.figures
    balance_fen = int(figures.get("balance_fen", LOW_BALANCE_FEN))
    if figures.get("courtesy_fen"):
        return "courtesy.visitor" if figures.get("visitor") else "courtesy"
    if balance_fen < 0:
        return "owed"
    if figures.get("portion", 1) != 1:
        return "again"
    return "" if balance_fen >= LOW_BALANCE_FEN else "low"


def _needs_photo(outcome: Outcome, _standing: Standing) -> str:
    if not outcome.figures.get("photo", 1):
        return "without"
    return "" if outcome.figures.get("limit_fen") else "always"


def _outside_meal_hours(outcome: Outcome, _standing: Standing) -> str:
    return "" if outcome.figures.get("today", 1) else "tomorrow"


def _portion_row(outcome: Outcome) -> Row:
    figures = outcome.figures
    portion = figures.get("portion", 1)
    notes = [gettext("portion %(number)d", number=portion)] if portion != 1 else []
    return Row(notes=(*notes, *([gettext("Take away")] if figures.get("away") else [])))


def _volunteer_row(outcome: Outcome) -> Row:
    return Row(name=gettext("volunteer"), typed=str(outcome.figures["volunteer"]))


def _guest_row(_outcome: Outcome) -> Row:
    return Row(name=gettext("Guest, cash"))


def _extras_row(_outcome: Outcome) -> Row:
    return Row(notes=(gettext("Something extra"),))


def _cash(outcome: Outcome) -> Amounts:
    """What a guest gave, and gets back of it."""
    figures = outcome.figures
    named = {"given_fen": gettext("Cash given"), "change_fen": gettext("Change")}
    beside = tuple((word, int(figures[figure])) for figure, word in named.items() if figure in figures)
    return Amounts(paid_fen(outcome) or 0, beside)


WORDS = Words(
    translations={"canteen": Path(__file__).parent / "translations"},
    sentences={**sentences.SENTENCES, **beside.SENTENCES, **extras.SENTENCES},
    variants={
        "served": _served,
        "needs_photo": _needs_photo,
        "outside_meal_hours": _outside_meal_hours,
    },
    acts={
        "served": Act(refundable=True, undoable=True, greets=True, row=_portion_row),
        "delivered": Act(refundable=True, undoable=True),
        "sold": Act(refundable=True, undoable=True, row=_extras_row),
        "sold_for_cash": Act(refundable=True, undoable=True, row=_guest_row, amounts=_cash),
        "volunteer_fed": Act(undoable=True, row=_volunteer_row),
    },
    receipts={
        "served": ReceiptWords(N_("Meal receipt"), receipts.meal),
        "sold": ReceiptWords(N_("Receipt for something extra"), receipts.sale),
        "sold_for_cash": ReceiptWords(N_("Cash receipt"), receipts.sale_for_cash),
    },
    clips=aloud.CLIPS,
    spoken=aloud.SPOKEN,
    aloud=aloud.ALOUD,
)
