"""Meals: served, not served, and what they cost."""

from __future__ import annotations

from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
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
        N_("This meal is a courtesy. Please settle it when it suits you."),
        N_("Meals are a courtesy: ask for a top-up."),
    ),
    "served.courtesy": Sentence(
        N_("Enjoy your meal"),
        N_("%(courtesy)s yuan is a courtesy. Please settle it when it suits you."),
        N_("%(courtesy)s yuan as a courtesy, %(owed)s in all: it is repaid from the next top-up."),
    ),
    "served.courtesy.visitor": Sentence(
        N_("Enjoy your meal"),
        N_("%(courtesy)s yuan is a courtesy. Your own canteen settles it with you."),
        N_("%(courtesy)s yuan as a courtesy. Their own canteen collects it, not this one."),
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
        N_("The office cannot be asked. Courtesy is %(owed)s yuan already, %(left)s may be added."),
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
    "meal_already_served": Sentence(
        N_("This meal was had already"),
        "",
        N_("%(meal)s %(day)s was had at %(at)s. Nothing was taken for the delivery."),
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
    "no_tariff": Sentence(
        N_("There is no price for this meal yet"),
        TELL,
        N_("The price table has nothing for %(meal)s at age %(age)s. Call the office."),
    ),
    "needs_photo": Sentence(
        N_("A look at the photo"),
        N_("Staff compare it with you, and you eat."),
        N_("Compare with the photo: by itself this card is good for %(limit)s yuan a day."),
    ),
    "needs_photo.always": Sentence(
        N_("A look at the photo"),
        N_("Staff compare it with you, and you eat."),
        N_("Compare with the photo: by itself this card is not enough here."),
    ),
    "needs_photo.without": Sentence(
        N_("One question first"),
        N_("Please tell the person on duty who you are."),
        N_("There is no photo here. Ask who it is, and serve whom you know."),
    ),
}
