"""What one service lends the others and the counter, so that none has to know another: values by type.

Whoever lends is found in `Here.opened`; where the kiosk lists no such service there is none, and whoever
wanted to borrow goes on without.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kiosk.outcomes import Outcome
from kiosk.people.cards import CardOrder
from kiosk.people.identify import Directory


@dataclass(frozen=True, slots=True)
class Meals:
    """Lent by whoever serves meals.

    `had_ms`: when each of these residents had the first portion of a meal here, Unix ms; who had none is left
    out. `deliver` books the portion that was taken to somebody's door, once for a request, and raises a
    `Refusal`.
    """

    had_ms: Callable[[sa.Connection, Collection[int], date, str], Mapping[int, int]]
    deliver: Callable[[int, date, str, str], Outcome]


@dataclass(frozen=True, slots=True)
class CashBox:
    """Lent by whoever counts the cash. `require` raises a `Refusal` unless somebody answers for it."""

    require: Callable[[], None]


@dataclass(frozen=True, slots=True)
class CardsHere:
    """Lent by whoever hears of cards before the office does: where a tap looks them up.

    `order`: what the office wants on a card and nobody has put there yet.
    """

    directory: Directory
    order: Callable[[str], CardOrder | None] = lambda token: None
