"""What orders say: meals ordered ahead, and what the kitchen hands on."""

from __future__ import annotations

from pathlib import Path

from kiosk.web.words import Words
from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "order_placed": Sentence(
        N_("Ordered: %(meal)s %(day)s"),
        N_("%(dining)s. You pay when you have it."),
        N_("%(meal)s %(day)s: %(dining)s. Nothing is taken before it is had."),
    ),
    "order_cancelled": Sentence(
        N_("Cancelled: %(meal)s %(day)s"), N_("Nothing was taken."), N_("%(meal)s %(day)s: nothing ordered.")
    ),
    "order_too_late": Sentence(
        N_("It is too late for this meal"),
        N_("The kitchen has begun. Please tell the person on duty."),
        N_("%(meal)s opens at %(opens)s; until then it can be ordered or cancelled."),
    ),
    "meal_not_offered": Sentence(
        N_("This meal cannot be ordered"),
        TELL,
        N_("The site does not serve it, or not so soon. Choose another one."),
    ),
    "delivery_failed": Sentence(
        N_("Not delivered"), "", N_("%(meal)s %(day)s came back. Nothing was taken.")
    ),
    "no_such_delivery": Sentence(
        N_("There is no such delivery"),
        TELL,
        N_("It was handed over already, or not ordered. Open the kitchen's list again."),
    ),
    "label_foreign": Sentence(
        N_("This label is not from this counter"),
        TELL,
        N_("Printed at another counter, or damaged. Touch Kitchen and tick the delivery by hand."),
    ),
}

TERMS = {
    "eat_in": N_("eat in"),
    "take_away": N_("take away"),
    "delivery": N_("home delivery"),
}

WORDS = Words(
    translations={"orders": Path(__file__).parent / "translations"}, sentences=SENTENCES, terms=TERMS
)
