"""Cards as a value."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.here import Here
from kiosk.lent import CardsHere
from kiosk.services.cards import screens, tables
from kiosk.services.cards.actions import Cards
from kiosk.services.cards.paper import screens as paper
from kiosk.services.cards.words import WORDS
from kiosk.services.contract import Service


def opens(here: Here) -> Iterable[object]:
    cards = Cards(here)
    yield cards
    yield CardsHere(directory=cards, order=cards.order)


CARDS = Service(
    name="cards",
    kinds=tables.KINDS,
    opens=opens,
    words=WORDS,
    screens=(screens.blueprint, paper.blueprint),
)
