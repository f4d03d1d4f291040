"""What reviews of cards say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.office.console.marking import _
from sync.office.console.shown import Said

REVIEWS: Mapping[str, Said] = {
    "card_authentication_failed": Said(
        _("A card could not prove that it is ours: somebody holds a copy"),
        (_("Card %(card)s at %(site)s: %(reason)s"),),
        advice=_("Block the card and give its owner another."),
    ),
    "card_not_registered": Said(
        _("A counter said something about a card that the register does not have"),
        (_("%(token)s: %(what)s"),),
        advice=_("Add the card under its owner, if it is ours; then settled."),
    ),
    "card_taken": Said(
        _("A counter gave out a chip that is somebody's card already"),
        (
            _("%(token)s is card %(card)s of this resident"),
            _("%(token)s is the badge of %(badge)s"),
        ),
        advice=_("The first owner keeps it. Give the other person another card; then settled."),
    ),
    "card_given_away": Said(
        _("A counter gave a card to somebody at home elsewhere: ask whether it is theirs"),
        (_("%(token)s for resident %(resident)s"),),
        advice=_("Ask the resident. Not theirs: block the card."),
    ),
    "card_waits": Said(
        _("A counter gave many cards to people at home elsewhere: this one is good nowhere"),
        (_("%(token)s for resident %(resident)s"),),
        advice=_("Ask the resident. If it is theirs, give it out at home."),
    ),
    "card_unfit": Said(
        _("A counter gave out a phone, or a chip that can be nobody's card: it is good nowhere"),
        (_("%(token)s: %(reason)s"),),
        advice=_("Nothing was given out. Give the resident a real card; then settled."),
    ),
}
