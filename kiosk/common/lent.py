"""What one service lends the others and the counter, so that none has to know another: values by type.

Whoever lends is found in `Here.opened`; where the kiosk lists no such service there is none, and whoever
wanted to borrow goes on without.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date

import sqlalchemy as sa

from kiosk.common.outcomes import Outcome, PastMeal
from kiosk.ledger.posting import JournalKey
from kiosk.people.cards import CardPersonalisation
from kiosk.people.identify import Directory


@dataclass(frozen=True, slots=True)
class ShiftMeals:
    """The meals of a shift, or of a part of it; fen."""

    first_portions: int = 0
    further_portions: int = 0
    undone_portions: int = 0
    away_portions: int = 0  # of those that were not undone
    volunteer_portions: int = 0
    own_fen: int = 0
    subsidy_fen: int = 0

    def __add__(self, other: ShiftMeals) -> ShiftMeals:
        return ShiftMeals(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Meals:
    """Lent by whoever serves meals.

    `had_ms`: when each of these residents had the first portion of a meal here, Unix ms; who had none is left
    out. `deliver` books the portion that was taken to somebody's door, once for a request, and raises a
    `Refusal`. `last_had`: the last meals that a resident had here, the latest first. `handed_out`: portions
    of one meal, to whomever, among the records of a journal after one and up to another. `in_shift`: what
    became of all meals among such records. `dishes`: what there is to eat at a site, by day and meal.
    """

    had_ms: Callable[[sa.Connection, Collection[int], date, str], Mapping[int, int]]
    deliver: Callable[[int, date, str, str], Outcome]
    last_had: Callable[[sa.Connection, int], Sequence[PastMeal]]
    handed_out: Callable[[sa.Connection, JournalKey, int, int, str, str], int]
    in_shift: Callable[[sa.Connection, JournalKey, int, int], ShiftMeals]
    dishes: Callable[[str, str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class CashBox:
    """Lent by whoever counts the cash. `require` raises a `Refusal` unless somebody answers for it."""

    require: Callable[[], None]


@dataclass(frozen=True, slots=True)
class CardsHere:
    """Lent by whoever hears of cards before the office does: where a tap looks them up.

    `personalisation`: what the office wants on a card and nobody has put there yet.
    """

    directory: Directory
    personalisation: Callable[[str], CardPersonalisation | None] = lambda token: None
