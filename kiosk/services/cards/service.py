"""Cards as a value."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.contracts import CardWritten, Content
from kiosk.common.claims import Claims, Newest
from kiosk.common.here import Here, Opened
from kiosk.common.lent import CardsHere
from kiosk.common.outcomes import Outcome
from kiosk.people.cards import CardLevel, is_paper, nfc_token
from kiosk.people.identify import Identified
from kiosk.services.cards import screens, tables
from kiosk.services.cards.actions import GIVING, Cards
from kiosk.services.cards.paper import screens as paper
from kiosk.services.cards.words import WORDS
from kiosk.services.contract import Service

LEVELS = {Content.RECORD: CardLevel.SIGNED, Content.KEYS: CardLevel.AUTHENTICATED}


def opens(here: Here) -> Iterable[object]:
    cards = Cards(here)
    yield cards
    yield CardsHere(directory=cards, personalisation=cards.personalisation)


def waiting(opened: Opened, who: Identified, newest: Newest) -> Outcome | None:
    """A card that was given out just now is laid down to be written, not to pay. Nothing writes on paper."""
    if is_paper(who.card.token):
        return None
    return opened[Cards].laid_down_again(who.card.token, newest)


def written(opened: Opened, event: CardWritten, newest: Newest) -> Outcome | None:
    """Shown only to staff who wait for it, for it may well be after the meal was paid."""
    outcome = opened[Cards].wrote(nfc_token(event.uid), LEVELS[event.content])
    awaited = newest is not None and newest.code in GIVING and newest.person == outcome.person
    return outcome if awaited else None


CARDS = Service(
    name="cards",
    kinds=tables.KINDS,
    opens=opens,
    claims=Claims(waiting=waiting, heard={CardWritten: written}),
    words=WORDS,
    screens=(screens.blueprint, paper.blueprint),
)
