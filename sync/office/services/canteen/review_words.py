"""What reviews of meals say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.office.console.marking import _
from sync.office.console.shown import Said

REVIEWS: Mapping[str, Said] = {
    "card_at_two_sites": Said(
        _("One card at two sites within minutes: one of them is a copy, or the card was lent"),
        (_("Card %(card)s, %(apart_s)s seconds apart; both meals stand below"),),
    ),
    "card_counter_back": Said(
        _("A card's read counter went back: two chips with one number are in use"),
        (_("Card %(card)s counted %(counted)s readings, elsewhere already %(there)s"),),
    ),
    "card_vouched_for": Said(
        _("Staff knew the face and served somebody whose card is lost, replaced, closed or perhaps a copy"),
        (_("At %(site)s: %(reason)s"),),
    ),
    "duplicate_meal": Said(
        _("One subsidised meal was served at two kiosks; the office bears the second subsidy"),
        (_("Both meals stand below"),),
    ),
    "not_its_hour": Said(_("That meal was not served at the record's own time; it moved no money")),
    "portion_had": Said(
        _("A programme was charged twice for one person's meal by one kiosk; the second moved no money"),
    ),
    "uncertain_period": Said(
        _("Nothing vouches for the time of this meal; it may belong to another one"),
        (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
    ),
    "wrong_clock_confirmed": Said(
        _("Staff named a meal that was not being served then"),
        (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
    ),
    "wrong_period": Said(
        _("The meal was served at another time than it is booked for"),
        (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
    ),
}
