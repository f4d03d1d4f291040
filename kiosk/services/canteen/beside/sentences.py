"""Portions taken away, and volunteers' meals."""

from __future__ import annotations

from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "volunteer_fed": Sentence(
        N_("Thank you for your help"),
        N_("Enjoy your meal."),
        N_("Volunteer %(volunteer)s: %(meal)s, %(price)s yuan, paid by a programme."),
    ),
    "no_such_portion": Sentence(
        N_("We need to look that up"), TELL, N_("This kiosk has no such portion. Nothing was changed.")
    ),
    "volunteer_unnamed": Sentence(
        N_("One moment, please"), TELL, N_("Type who it is: a number, or a name of at most 20 characters.")
    ),
    "volunteer_pays": Sentence(
        N_("One moment, please"),
        TELL,
        N_("A volunteer pays %(price)s yuan of it: let them tap a card, or sell it as a guest's meal."),
    ),
}
