"""How much a card may take in a day before staff look at the face, by how it is known. Pure."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.catalogue.values import Site
from kiosk.people.cards import CardLevel
from kiosk.people.identify import Identified
from kiosk.services.canteen.errors import NeedsPhoto


def day_limit_fen(site: Site, who: Identified) -> int | None:
    """By the site; None for no limit. Who owes a proof is trusted less than who never had any."""
    if who.level < who.card.level:
        return site.unproved_day_fen
    return {
        CardLevel.UID: site.uid_day_fen,
        CardLevel.SIGNED: site.signed_day_fen,
        CardLevel.AUTHENTICATED: site.authenticated_day_fen,
    }[who.level]


def check_limit(
    limit_fen: int | None, had_fen: int, price_fen: int, *, has_photo: Callable[[], bool]
) -> None:
    """Raises `NeedsPhoto` where this would be too much for today; full prices, the subsidy included.

    `has_photo`: whether this kiosk has one to look at, which of a visitor it never has.
    """
    if limit_fen is not None and had_fen + price_fen > limit_fen:
        raise NeedsPhoto(limit_fen=limit_fen, had_fen=had_fen, price_fen=price_fen, photo=has_photo())
