"""What reviews of meals say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.office.console.marking import _
from sync.office.console.shown import Said

REVIEWS: Mapping[str, Said] = {
    "card_at_two_sites": Said(
        _("One card at two sites within minutes: one of them is a copy, or the card was lent"),
        (_("Card %(card)s, %(apart_s)s seconds apart; both meals stand below"),),
        advice=_(
            "Ask the resident. If they lent the card, settled; if not, block it and give out a better one."
        ),
    ),
    "card_counter_back": Said(
        _("A card's read counter went back: two chips with one number are in use"),
        (_("Card %(card)s counted %(counted)s readings, elsewhere already %(there)s"),),
        advice=_("Two chips have one number: block the card and give out another."),
    ),
    "card_vouched_for": Said(
        _("Staff knew the face and served somebody whose card is lost, replaced, closed or perhaps a copy"),
        (_("At %(site)s: %(reason)s"),),
        advice=_("If staff know the person: settled, and give out another card."),
    ),
    "duplicate_meal": Said(
        _("One subsidised meal was served at two kiosks; the office bears the second subsidy"),
        (_("Both meals stand below"),),
        advice=_("Nobody is charged. Settled; if one person comes often, speak with them."),
    ),
    "not_its_hour": Said(
        _("That meal was not served at the record's own time; it moved no money"),
        advice=_("Ask whether the meal was served at another hour. If so, book it as said."),
    ),
    "portion_had": Said(
        _("A programme was charged twice for one person's meal by one kiosk; the second moved no money"),
        advice=_("One person eats one subsidised meal: do not book it, unless the counter explains it."),
    ),
    "uncertain_period": Said(
        _("Nothing vouches for the time of this meal; it may belong to another one"),
        (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
        advice=_("It is booked as staff said. Settled, unless the day is wrong."),
    ),
    "wrong_clock_confirmed": Said(
        _("Staff named a meal that was not being served then"),
        (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
        advice=_("Ask the counter. If the meal was really had then, settled."),
    ),
    "wrong_period": Said(
        _("The meal was served at another time than it is booked for"),
        (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
        advice=_("Look at the kiosk's clock. What was eaten is paid: settled."),
    ),
}
