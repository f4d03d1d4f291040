"""Meals ordered ahead, and meals taken to the door."""

from __future__ import annotations

from kiosk.web.wordings.sentence import N_, TELL, Sentence

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
    "delivered": Sentence(
        N_("Delivered"),
        "",
        N_("%(meal)s %(day)s is handed over: %(amount)s yuan."),
    ),
    "already_delivered": Sentence(
        N_("This delivery is in the books already"),
        "",
        N_("%(meal)s %(day)s was written down before. Nothing was taken now."),
    ),
    "meal_had": Sentence(
        N_("This meal was had already"),
        "",
        N_("%(meal)s %(day)s was had at %(at)s. Nothing was taken for the delivery."),
    ),
    "delivery_failed": Sentence(
        N_("Not delivered"), "", N_("%(meal)s %(day)s came back. Nothing was taken.")
    ),
    "no_such_delivery": Sentence(
        N_("There is no such delivery"),
        TELL,
        N_("It was handed over already, or not ordered. Open the kitchen's list again."),
    ),
    "delivery_too_old": Sentence(
        N_("This label is too old"),
        TELL,
        N_("%(meal)s %(day)s is more than %(days)s days ago. Nothing was taken: ask the office."),
    ),
    "delivery_too_early": Sentence(
        N_("This label is for another day"),
        TELL,
        N_("%(meal)s %(day)s: it can be handed over on that day only."),
    ),
    "meal_unknown": Sentence(
        N_("We need to look that up"),
        TELL,
        N_("The site serves no such meal any more. Nothing was taken: ask the office."),
    ),
    "label_foreign": Sentence(
        N_("This label is not from this counter"),
        TELL,
        N_("Printed at another counter, or damaged. Touch Kitchen and tick the delivery by hand."),
    ),
}
