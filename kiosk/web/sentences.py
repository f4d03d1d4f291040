"""What the screens say: one table from codes to kind, short words.

`headline` and `advice` face the elder: what is the matter and what to do next, never whose fault it is.
`staff` tells the people behind the counter what they can do about it. Figures of the outcome fill the
placeholders: `price_fen` becomes `%(price)s` in yuan, `meal` and `next_meal` become names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from flask_babel import format_date, gettext

from kiosk.board import Standing
from kiosk.outcomes import Outcome, Tone
from kiosk.web.languages import by_language
from kiosk.web.money import yuan

LOW_BALANCE_FEN = 2000  # about two lunches: time to say that the card wants topping up
UNKNOWN_FIGURE = "–"


def N_(message: str) -> str:  # noqa: N802 - the name by which message extraction knows it
    """Marks a message of the tables below for translation."""
    return message


class Sentence(NamedTuple):
    headline: str
    advice: str
    staff: str


TELL = N_("Please tell the person on duty.")

SENTENCES: Mapping[str, Sentence] = {
    "served": Sentence(N_("Enjoy your meal"), "", N_("%(meal)s: first portion.")),
    "served.again": Sentence(
        N_("Enjoy your second portion"),
        N_("A second portion is at full price."),
        N_("Second portion, full price."),
    ),
    "served.low": Sentence(
        N_("Enjoy your meal"),
        N_("The balance is getting low. Top up when it suits you."),
        N_("Balance is low: offer to top up."),
    ),
    "served.owed": Sentence(
        N_("Enjoy your meal"),
        N_("This meal is noted down. Please settle it when it suits you."),
        N_("The account is in debt: ask for a top-up."),
    ),
    "served.courtesy": Sentence(
        N_("Enjoy your meal"),
        N_("%(courtesy)s yuan is noted down. Please settle it when it suits you."),
        N_("%(courtesy)s yuan noted down, %(owed)s owed in all: it is repaid from the next top-up."),
    ),
    "already_served": Sentence(
        N_("%(meal)s already served"),
        N_("That was at %(at)s. For another portion, please tell the person on duty."),
        N_("Served at %(at)s already."),
    ),
    "outside_meal_hours": Sentence(
        N_("No meal just now"),
        N_("%(next_meal)s starts today at %(opens)s."),
        N_("%(next_meal)s starts today at %(opens)s."),
    ),
    "outside_meal_hours.tomorrow": Sentence(
        N_("No more meals today"),
        N_("%(next_meal)s starts tomorrow at %(opens)s."),
        N_("%(next_meal)s starts tomorrow at %(opens)s."),
    ),
    "not_enough_money": Sentence(
        N_("%(missing)s yuan short"),
        TELL,
        N_("The meal is %(price)s yuan, the balance %(balance)s."),
    ),
    "right_elsewhere": Sentence(
        N_("Your money is kept at your own canteen"),
        N_("It cannot be reached from here just now. Please tell the person on duty."),
        N_("The spending right is at another site. It works here once the network is back."),
    ),
    "money_on_its_way": Sentence(
        N_("Your money is on its way"),
        N_("It is coming from your own canteen. Please tap again in five seconds."),
        N_("The office is fetching the money from another site. Tap again in five seconds."),
    ),
    "eaten_elsewhere": Sentence(
        N_("%(meal)s already served at another canteen"),
        N_("For another portion, please tell the person on duty."),
        N_("%(meal)s was served at %(place)s already."),
    ),
    "courtesy_used_up": Sentence(
        N_("%(missing)s yuan short"),
        TELL,
        N_("The office cannot be asked. %(owed)s yuan is noted down already, %(left)s may be added."),
    ),
    "topped_up": Sentence(
        N_("%(amount)s yuan topped up"),
        N_("The balance is %(balance)s yuan."),
        N_("%(amount)s yuan in cash taken in."),
    ),
    "topped_up.repaid": Sentence(
        N_("%(amount)s yuan topped up"),
        N_("%(repaid)s yuan of it settled what was noted down. The balance is %(balance)s yuan."),
        N_("%(amount)s yuan in cash taken in, %(repaid)s of it for what was noted down."),
    ),
    "refunded": Sentence(
        N_("%(amount)s yuan given back"),
        N_("It is on the card again."),
        N_("%(amount)s yuan of the price given back."),
    ),
    "undone": Sentence(
        N_("Taken back"),
        N_("It is as if this meal had not been. You may tap again."),
        N_("%(amount)s yuan taken back. The portion can be had again."),
    ),
    "topup_undone": Sentence(
        N_("Top-up taken back"),
        N_("Please wait for your cash."),
        N_("Hand out %(amount)s yuan in cash."),
    ),
    "amount_not_allowed": Sentence(
        N_("That amount does not go"),
        TELL,
        N_("%(amount)s yuan is not possible here, %(most)s at most."),
    ),
    "receipt_unknown": Sentence(
        N_("We need to look that up"),
        TELL,
        N_("This kiosk has no record %(receipt)s. Money is given back where it was taken."),
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
    "hold_too_large": Sentence(
        N_("Not enough money for this"),
        TELL,
        N_("%(hold)s yuan is to be set aside, %(outstanding)s can be spent here."),
    ),
    "card_unknown": Sentence(
        N_("This card is new to us"),
        TELL,
        N_("Not in the register. Check whose card it is; register it, or wait for the next update."),
    ),
    "card_blocked": Sentence(
        N_("This card is on hold"),
        N_("It may have been reported lost. Please tell the person on duty."),
        N_("Reported lost or blocked. Compare with the photo, then call the office."),
    ),
    "card_replaced": Sentence(
        N_("This is the old card"),
        N_("Please use your new card. If you cannot find it, tell the person on duty."),
        N_("A new card has been issued. Keep the old one for the office."),
    ),
    "card_closed": Sentence(
        N_("This card is no longer in use"), TELL, N_("The card was handed back or closed.")
    ),
    "card_expired": Sentence(
        N_("This card needs renewing"),
        N_("It was good until %(last_day)s. Please tell the person on duty."),
        N_("Expired on %(last_day)s. Issue a new card."),
    ),
    "card_copied": Sentence(
        N_("We need to check this card"),
        TELL,
        N_("It may be a copy. Compare with the photo and tell the office."),
    ),
    "card_unreadable": Sentence(
        N_("Once more, please"),
        N_("Hold the card flat on the reader until it answers."),
        N_("The card left the reader too soon, or is damaged."),
    ),
    "code_expired": Sentence(
        N_("This code is too old"),
        N_("Please open it again on the phone and hold it up once more."),
        N_("The code on the phone changes every 30 seconds."),
    ),
    "code_elsewhere": Sentence(
        N_("This code works at your own canteen"),
        N_("Here, please use the card, or tell the person on duty."),
        N_("A code on a phone can be checked only at the home site. Ask for the card."),
    ),
    "code_unreadable": Sentence(
        N_("Once more with the code, please"),
        N_("Hold the code flat, a hand's width from the window."),
        N_("Not one of our codes, or a creased paper."),
    ),
    "resident_closed": Sentence(
        N_("We need to check the register"),
        TELL,
        N_("The register says this resident has left. Call the office."),
    ),
    "clock_uncertain": Sentence(
        N_("One moment, please"),
        TELL,
        N_("The clock must be set first: say which meal it is."),
    ),
    "no_tariff": Sentence(
        N_("There is no price for this meal yet"),
        TELL,
        N_("The price table has nothing for %(meal)s at age %(age)s. Call the office."),
    ),
    "journal_unwritable": Sentence(
        N_("The machine cannot write it down"),
        TELL,
        N_("Selling has stopped: the disk is full or faulty. Call the office."),
    ),
    "journal_closed": Sentence(
        N_("Once more, please"),
        N_("Hold the card to the reader again."),
        N_("The machine has just begun a new book. Nothing was taken: do it once more."),
    ),
    "journal_ended": Sentence(
        N_("Selling goes on"),
        "",
        N_("The office has closed this machine's old book; a new one is in use. Selling goes on."),
    ),
    "memory_went_back": Sentence(
        N_("Selling goes on"),
        "",
        N_("This machine's memory went back in time. Sales are kept and selling goes on. Tell the office."),
    ),
    "memory_damaged": Sentence(
        N_("Selling goes on"),
        "",
        N_("This machine's memory is damaged in part. Selling goes on. Tell the office: it needs a new one."),
    ),
    "journal_damaged": Sentence(
        N_("Card payment has stopped"),
        TELL,
        N_("Selling has stopped: the journal must be checked. Leave the machine on and call the office."),
    ),
    "no_catalogue": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("No register and prices yet. Connect to the network once."),
    ),
    "not_enrolled": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("This kiosk does not belong to an office yet. Enrol it with a code from the office."),
    ),
    "unknown_schema": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("The files are from a newer version. Install that version; nothing is lost."),
    ),
    "reader_not_ready": Sentence(
        N_("The card reader is not ready"),
        N_("One moment, please. The person on duty will see to it."),
        N_("The card reader does not answer. Check its cable."),
    ),
    Tone.GOOD: Sentence(N_("Done"), "", ""),
    Tone.TOLD: Sentence(N_("One moment, please"), TELL, N_("Answer of the machine: %(code)s")),
    Tone.STOP: Sentence(N_("That did not work"), TELL, N_("Answer of the machine: %(code)s")),
}

MEALS = {"breakfast": N_("Breakfast"), "lunch": N_("Lunch"), "dinner": N_("Dinner")}


def sentence(outcome: Outcome, standing: Standing) -> Sentence:
    """The words for an outcome in the language of the page."""
    found = SENTENCES.get(_variant(outcome)) or SENTENCES[outcome.tone]
    words = _Words(code=outcome.code)
    words.update(
        (_placeholder(name), _word(name, value, standing)) for name, value in outcome.figures.items()
    )
    words.setdefault("meal", meal_name("", standing))
    return Sentence(*(gettext(message) % words if message else "" for message in found))


def trouble_sentence(code: str, standing: Standing) -> Sentence:
    """The words for what keeps the counter from working."""
    return sentence(Outcome(tone=Tone.STOP, code=code, at_ms=0), standing)


def meal_name(code: str, standing: Standing) -> str:
    """A meal's name: the site's own, or else a common one, or else just `meal`."""
    if standing.meal_name and (not code or not standing.meal or code == standing.meal):
        return by_language(standing.meal_name)
    return str(gettext(MEALS.get(code or standing.meal) or N_("Meal")))


class _Words(dict[str, str]):
    """A figure somebody forgot must not take the answer off the screen."""

    def __missing__(self, name: str) -> str:
        return UNKNOWN_FIGURE


def _variant(outcome: Outcome) -> str:
    figures = outcome.figures
    if outcome.code == "served":
        return _variant_of_served(figures)
    if outcome.code == "topped_up" and "repaid_fen" in figures:
        return "topped_up.repaid"
    if outcome.code == "outside_meal_hours" and not figures.get("today", 1):
        return "outside_meal_hours.tomorrow"
    return outcome.code


def _variant_of_served(figures: Mapping[str, int | str]) -> str:
    balance_fen = int(figures.get("balance_fen", LOW_BALANCE_FEN))
    if figures.get("courtesy_fen"):
        return "served.courtesy"
    if balance_fen < 0:
        return "served.owed"
    if figures.get("portion", 1) != 1:
        return "served.again"
    return "served" if balance_fen >= LOW_BALANCE_FEN else "served.low"


def _placeholder(figure: str) -> str:
    return figure.removesuffix("_fen")


def _word(figure: str, value: int | str, standing: Standing) -> str:
    if figure.endswith("_fen"):
        return yuan(int(value))
    if figure in ("meal", "next_meal"):
        return meal_name(str(value), standing)
    if figure == "last_day":
        return _day(str(value))
    return str(value)


def _day(iso: str) -> str:
    try:
        return str(format_date(date.fromisoformat(iso), "long"))
    except ValueError:
        return iso
