"""What the demo is made of: people who do not live anywhere, and what a service shows of itself by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from kiosk.people.cards import Card
from kiosk.people.residents import Resident


@dataclass(frozen=True, slots=True)
class Villager:
    """An invented resident, one card, and the money on the account."""

    resident: Resident
    card: Card
    opening_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """Where it is shown: `sites` by name, with a kiosk of the demo at the first, and one at the `shelter`,
    which is no canteen. `phone_page` is the address of the office's page for phones; empty: there is none.
    """

    today: date
    sites: Sequence[str]
    shelter: str
    people: Sequence[Villager]
    phone_page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """`people` who come beside the villagers; `parts` of the import file, by their names."""

    people: Sequence[Villager] = ()
    parts: Mapping[str, Sequence[msgspec.Struct]] = field(default_factory=dict)


Demo = Callable[[Village], Invented]


def nothing(_village: Village) -> Invented:
    """Of a service that has nothing to show by the office's import."""
    return Invented()
