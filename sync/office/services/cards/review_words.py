"""What reviews of cards say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.office.console.marking import _
from sync.office.console.shown import Said

REVIEWS: Mapping[str, Said] = {
    "card_authentication_failed": Said(
        _("A card could not prove that it is ours: somebody holds a copy"),
        (_("Card %(card)s at %(site)s: %(reason)s"),),
    ),
    "card_not_registered": Said(
        _("A counter said something about a card that the register does not have"),
        (_("%(token)s: %(what)s"),),
    ),
    "card_taken": Said(
        _("A counter gave out a chip that is somebody's card already"),
        (
            _("%(token)s is card %(card)s of this resident"),
            _("%(token)s is the badge of %(badge)s"),
        ),
    ),
    "card_given_away": Said(
        _("A counter gave a card to somebody at home elsewhere: ask whether it is theirs"),
        (_("%(token)s for resident %(resident)s"),),
    ),
    "card_waits": Said(
        _("A counter gave many cards to people at home elsewhere: this one is good nowhere"),
        (_("%(token)s for resident %(resident)s"),),
    ),
    "card_unfit": Said(
        _("A counter gave out a phone, or a chip that can be nobody's card: it is good nowhere"),
        (_("%(token)s: %(reason)s"),),
    ),
}
