"""What the canteen says and shows: on both screens, aloud and on paper."""

from __future__ import annotations

from pathlib import Path

from flask_babel import gettext

from kiosk.common.board import Standing
from kiosk.common.outcomes import Outcome
from kiosk.services.canteen.beside import sentences as beside
from kiosk.services.canteen.errors import NeedsPhoto, OutsideMealHours
from kiosk.services.canteen.extras import sentences as extras
from kiosk.services.canteen.saying import aloud, receipts, sentences
from kiosk.services.canteen.saying.results import Served, SoldForCash, VolunteerServed
from kiosk.web.words import Act, Amounts, ReceiptWords, Row, Words, paid_fen
from kiosk.web.words.money import LOW_BALANCE_FEN
from kiosk.web.words.sentence import N_


def _served(outcome: Outcome, _standing: Standing) -> str:
    match outcome.result:
        case Served(courtesy_fen=courtesy_fen, visitor=visitor) if courtesy_fen:
            return "courtesy.visitor" if visitor else "courtesy"
        case Served(balance_fen=int(balance_fen)) if balance_fen < 0:
            return "owed"
        case Served(portion=portion) if portion != 1:
            return "again"
        case Served(balance_fen=int(balance_fen)) if balance_fen < LOW_BALANCE_FEN:
            return "low"
    return ""


def _needs_photo(outcome: Outcome, _standing: Standing) -> str:
    match outcome.result:
        case NeedsPhoto(photo=False):
            return "without"
        case NeedsPhoto(limit_fen=limit_fen) if limit_fen:
            return ""
    return "always"


def _outside_meal_hours(outcome: Outcome, _standing: Standing) -> str:
    match outcome.result:
        case OutsideMealHours(today=False):
            return "tomorrow"
    return ""


def _portion_row(outcome: Outcome) -> Row:
    match outcome.result:
        case Served(portion=portion, away=away):
            notes = [gettext("portion %(number)d", number=portion)] if portion != 1 else []
            return Row(notes=(*notes, *([gettext("Take away")] if away else [])))
    return Row()


def _volunteer_row(outcome: Outcome) -> Row:
    typed = outcome.result.volunteer if isinstance(outcome.result, VolunteerServed) else ""
    return Row(name=gettext("volunteer"), typed=typed)


def _guest_row(_outcome: Outcome) -> Row:
    return Row(name=gettext("Guest, cash"))


def _extras_row(_outcome: Outcome) -> Row:
    return Row(notes=(gettext("Something extra"),))


def _cash(outcome: Outcome) -> Amounts:
    """What a guest gave, and gets back of it."""
    beside: tuple[tuple[str, int], ...] = ()
    match outcome.result:
        case SoldForCash(given_fen=int(given_fen), change_fen=int(change_fen)):
            beside = ((gettext("Cash given"), given_fen), (gettext("Change"), change_fen))
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
