"""What the till says and shows: money in and back, on both screens, aloud and on paper."""

from __future__ import annotations

from pathlib import Path

from kiosk.common.board import Standing
from kiosk.common.outcomes import MealSold, Outcome
from kiosk.services.till import receipts
from kiosk.services.till.results import Booked
from kiosk.services.till.shift import sentences as shift
from kiosk.web.voice.speech import moved_aloud
from kiosk.web.words import Act, Phrase, ReceiptWords, Words
from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "topped_up": Sentence(
        N_("%(amount)s yuan topped up"),
        N_("The balance is %(balance)s yuan."),
        N_("%(amount)s yuan in cash taken in."),
    ),
    "topped_up.repaid": Sentence(
        N_("%(amount)s yuan topped up"),
        N_("%(repaid)s yuan of it settled courtesy. The balance is %(balance)s yuan."),
        N_("%(amount)s yuan in cash taken in, %(repaid)s of it for courtesy."),
    ),
    "refunded": Sentence(
        N_("%(back)s yuan given back"),
        N_("The balance is %(balance)s yuan."),
        N_("%(amount)s yuan of the price given back, %(back)s to the resident. Balance %(balance)s yuan."),
    ),
    "refunded.courtesy": Sentence(
        N_("%(back)s yuan given back"),
        N_("%(repaid)s yuan of it comes off courtesy. The balance is %(balance)s yuan."),
        N_("%(back)s yuan given back, %(repaid)s of it off courtesy. Balance %(balance)s yuan."),
    ),
    "undone": Sentence(
        N_("%(back)s yuan given back"),
        N_("The balance is %(balance)s yuan."),
        N_("Taken back: %(back)s yuan given back, balance %(balance)s yuan."),
    ),
    "undone.meal": Sentence(
        N_("%(back)s yuan given back"),
        N_("The balance is %(balance)s yuan. This meal can still be had: tap when you like."),
        N_("Taken back: %(back)s yuan, balance %(balance)s yuan. The meal can be had again."),
    ),
    "undone.portion": Sentence(
        N_("%(back)s yuan given back"),
        N_("Only portion %(portion)s was taken back. The balance is %(balance)s yuan."),
        N_("Only portion %(portion)s was taken back: %(back)s yuan, balance %(balance)s yuan."),
    ),
    "undone.courtesy": Sentence(
        N_("%(back)s yuan given back"),
        N_("%(repaid)s yuan of it comes off courtesy. The balance is %(balance)s yuan."),
        N_("%(back)s yuan given back, %(repaid)s of it off courtesy. Balance %(balance)s yuan."),
    ),
    "undone.plain": Sentence(N_("Taken back"), "", N_("Taken back")),  # no money was in it
    "undone.absent": Sentence(  # a delivery: to whom is not in the room
        N_("Taken back"),
        "",
        N_("Taken back: %(back)s yuan given back, balance %(balance)s yuan."),
    ),
    "undone.nobody": Sentence(
        N_("Taken back"),
        "",
        N_("Taken back: %(amount)s yuan, which a programme had paid."),
    ),
    "topup_undone": Sentence(
        N_("Top-up of %(amount)s yuan taken back"),
        N_("Please wait for your cash. The balance is %(balance)s yuan."),
        N_("Hand out %(amount)s yuan in cash. Balance %(balance)s yuan."),
    ),
    "amount_not_allowed": Sentence(
        N_("That amount does not go"),
        TELL,
        N_("%(amount)s yuan is not possible here, %(most)s at most."),
    ),
    "nothing_to_give_back": Sentence(
        N_("Nothing to give back"),
        TELL,
        N_("Record %(receipt)s took nothing, or all of it was given back."),
    ),
    "refund_too_large": Sentence(
        N_("That is more than was paid"),
        TELL,
        N_("%(refund)s yuan asked for, %(left)s is left of this sale."),
    ),
    "topup_spent": Sentence(
        N_("That money has been used"),
        TELL,
        N_("%(topup)s yuan was topped up, %(left)s of it can be taken out."),
    ),
    "cash_given_back": Sentence(
        N_("%(amount)s yuan back in cash"),
        N_("Please wait for your cash."),
        N_("Hand out %(amount)s yuan in cash."),
    ),
}

CLIPS = {"topped_up": "充值", "given_back": "退还", "topup_back": "充值退掉了"}


def _topped_up(outcome: Outcome, _standing: Standing) -> str:
    return "repaid" if isinstance(outcome.result, Booked) and outcome.result.repaid_fen else ""


def _refunded(outcome: Outcome, _standing: Standing) -> str:
    return "courtesy" if isinstance(outcome.result, Booked) and outcome.result.repaid_fen else ""


def _undone(outcome: Outcome, standing: Standing) -> str:
    """What comes next is said only where it is so: a first portion is had again while its meal is served."""
    match outcome.result:
        case Booked(amount_fen=0, meal=None):
            return "plain"
        case Booked(back_fen=None):
            return "nobody"
        case Booked(meal=MealSold(delivered=True)):
            return "absent"
        case Booked(repaid_fen=repaid_fen) if repaid_fen:
            return "courtesy"
        case Booked(meal=MealSold(portion=portion)) if portion > 1:
            return "portion"
        case Booked(meal=MealSold(day=standing.day, meal=standing.meal)):
            return "meal"
    return ""


def _back_on_card(outcome: Outcome) -> int | None:
    match outcome.result:
        case Booked(back_fen=int(fen)):
            return -fen
    return None


def _back_in_cash(outcome: Outcome) -> int | None:
    return -outcome.result.amount_fen if isinstance(outcome.result, Booked) else None


def _undone_aloud(outcome: Outcome) -> list[Phrase]:
    """Of a delivery it is not said how much: whose it is stands somewhere else."""
    match outcome.result:
        case Booked(amount_fen=0) | Booked(meal=MealSold(delivered=True)):
            return [Phrase(("done",))]
    return moved_aloud("given_back")(outcome)


WORDS = Words(
    translations={"till": Path(__file__).parent / "translations"},
    sentences={**SENTENCES, **shift.SENTENCES},
    variants={"topped_up": _topped_up, "refunded": _refunded, "undone": _undone},
    acts={
        "topped_up": Act(undoable=True),
        "refunded": Act(fen=_back_on_card),
        "undone": Act(fen=_back_on_card),
        "topup_undone": Act(fen=_back_in_cash),
        "cash_given_back": Act(fen=_back_in_cash),
    },
    receipts={
        "topped_up": ReceiptWords(N_("Top-up receipt"), receipts.top_up),
        "refunded": ReceiptWords(N_("Refund receipt"), receipts.back_on_card),
        "cash_given_back": ReceiptWords(N_("Refund receipt"), receipts.back_in_cash),
        "undone": ReceiptWords(N_("Cancellation receipt"), receipts.back_on_card),
        "topup_undone": ReceiptWords(N_("Cancellation receipt"), receipts.back_in_cash),
    },
    clips=CLIPS,
    aloud={
        "topped_up": moved_aloud("topped_up"),
        "refunded": moved_aloud("given_back"),
        "undone": _undone_aloud,
        "topup_undone": moved_aloud("topup_back"),
    },
)
