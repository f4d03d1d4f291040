"""What is sold beside the meal."""

from __future__ import annotations

from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "sold": Sentence(N_("Thank you"), N_("Paid from the card."), N_("Extra, paid from the card.")),
    "sold_for_cash": Sentence(N_("Thank you"), N_("Enjoy your meal."), N_("%(amount)s yuan in cash.")),
    "extras_need_money": Sentence(
        N_("%(missing)s yuan short for this"),
        N_("The meal itself is all right. Please tell the person on duty."),
        N_("The extra costs %(price)s yuan. Top up, or sell it for cash."),
    ),
    "nothing_chosen": Sentence(
        N_("Nothing was chosen"), TELL, N_("Choose what to sell; a product may just have been taken off.")
    ),
}
