"""What is said of cards that are given out, lost and found at the counter."""

from __future__ import annotations

from pathlib import Path

from kiosk.web.words import Words
from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "card_reported_lost": Sentence(
        N_("The card is on hold"),
        N_("The money is safe. Nobody can use the lost card."),
        N_("Blocked here at once, everywhere when the office has heard. New card: lay an empty one down."),
    ),
    "card_good_again": Sentence(
        N_("The card is good again"), N_("You may tap it."), N_("Found again: the block is lifted.")
    ),
    "card_issued": Sentence(
        N_("The new card is ready"),
        N_("You may tap it at once. The old card is no longer good."),
        N_("Given out. Keep the old card for the office."),
    ),
    "card_issued_to_write": Sentence(
        N_("The new card is ready"),
        N_("You may tap it at once. The old card is no longer good."),
        N_("Given out. Leave it on the reader: it is being written. Keep the old card for the office."),
    ),
    "card_being_written": Sentence(
        N_("Please leave the card there"),
        N_("It is being written. Nothing is paid."),
        N_("Being written: leave it until the screen says that it is done."),
    ),
    "card_written": Sentence(
        N_("The new card is written"),
        N_("You may take it. To eat, tap it."),
        N_("Written. It can no longer be copied by its number alone."),
    ),
    "paper_card_issued": Sentence(
        N_("The card on paper is on its way"),
        N_("The old card is no longer good."),
        N_("The office signs the code; then it can be printed."),
    ),
    "paper_card_printed": Sentence(
        N_("Your card on paper"),
        N_("Hold the code under the scanner to pay."),
        N_("Printed. Hand it out; it can be printed again under “Cards”."),
    ),
    "paper_not_signed": Sentence(
        N_("One moment, please"), TELL, N_("The office has not signed the code yet; try again later.")
    ),
    "card_taken": Sentence(
        N_("We need to check this card"), TELL, N_("This chip is somebody's card already. Take another one.")
    ),
    "not_lost_here": Sentence(
        N_("We need to check this card"),
        TELL,
        N_("The office has blocked it; only the office can lift that."),
    ),
}

WORDS = Words(translations={"cards": Path(__file__).parent / "translations"}, sentences=SENTENCES)
