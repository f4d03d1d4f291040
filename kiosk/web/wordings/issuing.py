"""What is done about cards at the counter."""

from __future__ import annotations

from kiosk.web.wordings.sentence import N_, TELL, Sentence

SENTENCES = {
    "card_reported_lost": Sentence(
        N_("The card is on hold"),
        N_("The money is safe. Nobody can use the lost card."),
        N_("Reported lost. It is blocked here at once, and everywhere when the office has heard."),
    ),
    "card_good_again": Sentence(
        N_("The card is good again"), N_("You may tap it."), N_("Found again: the block is lifted.")
    ),
    "card_issued": Sentence(
        N_("The new card is ready"),
        N_("You may tap it at once. The old card is no longer good."),
        N_("Given out. Keep the old card for the office."),
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
