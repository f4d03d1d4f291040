"""Cards and codes that cannot speak for their owner as they are."""

from __future__ import annotations

from kiosk.common.board import Standing
from kiosk.common.outcomes import Outcome
from kiosk.web.words import Variant
from kiosk.web.words.sentence import N_, TELL, Sentence


def _nameless(outcome: Outcome, _standing: Standing) -> str:
    """Of a visitor nothing but a number may be known: nobody can ask whether it is them."""
    return "visitor" if outcome.person and not outcome.person.name else ""


VARIANTS: dict[str, Variant] = dict.fromkeys(("card_blocked", "card_replaced", "card_expired"), _nameless)

SENTENCES = {
    "card_unknown": Sentence(
        N_("This card is new to us"),
        TELL,
        N_("Not in the register. Check whose card it is; register it, or wait for the next update."),
    ),
    "chip_number_changes": Sentence(
        N_("Please lay down the card"),
        N_("A phone is no card. Its code is held under the scanner."),
        N_("A phone, or a chip that makes up another number for each tap: it can be nobody's card."),
    ),
    "chip_number_unusable": Sentence(
        N_("This card is not one of ours"),
        TELL,
        N_("A chip with such a number can be nobody's card: give out another kind."),
    ),
    "card_blocked": Sentence(
        N_("This card is on hold"),
        N_("It may have been reported lost. Please tell the person on duty."),
        N_("Reported lost or blocked. Is it them? Serve, or give them a new card."),
    ),
    "card_replaced": Sentence(
        N_("This is the old card"),
        N_("Please use your new card. If you cannot find it, tell the person on duty."),
        N_("A new card has been issued. Keep the old one for the office. Is it them? Serve."),
    ),
    "card_blocked.visitor": Sentence(
        N_("This card is on hold"),
        N_("It may have been reported lost. Please tell the person on duty."),
        N_("Reported lost or blocked. Whose it is is not known here: their own canteen helps."),
    ),
    "card_replaced.visitor": Sentence(
        N_("This is the old card"),
        N_("Please use your new card. If you cannot find it, tell the person on duty."),
        N_("A new card has been issued. Keep the old one for the office."),
    ),
    "card_expired.visitor": Sentence(
        N_("This card needs renewing"),
        N_("It was good until %(last_day)s. Please tell the person on duty."),
        N_("Expired on %(last_day)s. Their own canteen gives them a new card."),
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
        N_("It may be a copy. Look whether it is them before you serve. The office is told."),
    ),
    "card_unproved": Sentence(
        N_("Please lay this card on the card reader"),
        N_("It has to be read there. If there is none, tell the person on duty."),
        N_("Lay it on the card reader, or see that it is them."),
    ),
    "card_unreadable": Sentence(
        N_("Once more, please"),
        N_("Hold the card flat on the reader until it answers."),
        N_("The card left the reader too soon, or is damaged."),
    ),
    "two_cards": Sentence(
        N_("One card at a time, please"),
        N_("Take all cards away, then lay one on the reader."),
        N_("Two cards lay on the reader at once. Nobody can tell whose meal it is to be."),
    ),
    "one_of_two": Sentence(
        N_("One card at a time, please"),
        N_("This one is done. Take both away, then lay the other one down."),
        N_("Two cards lay on the reader at once. This one was answered, the other was not."),
    ),
    "card_foreign": Sentence(
        N_("This is not a meal card"),
        N_("Please lay your meal card on the reader."),
        N_("An identity card or a bank card. Neither can be used or registered here."),
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
    "code_mangled": Sentence(
        N_("This code did not arrive as it is"),
        N_("Here, please use the card, or tell the person on duty."),
        N_(
            "The scanner changes codes: check its plug, and its settings with the sheet. Or somebody changed "
            "this code. Find the person by name."
        ),
    ),
    "resident_closed": Sentence(
        N_("We need to check the register"),
        TELL,
        N_("The register says this resident has left. Call the office."),
    ),
}
