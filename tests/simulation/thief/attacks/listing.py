"""The list of what a thief tries, filled by the modules beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.thief.thief import Thief

MOST_FEN = 500_000  # of one top-up that is believed


@dataclass(frozen=True, slots=True)
class Attack:
    """`quiet`: nothing in it is against a rule, so that nothing warns the office of who writes it."""

    name: str
    quiet: bool
    do: Callable[[Thief], None]


ATTACKS: dict[str, Attack] = {}


def attack(name: str, *, quiet: bool = False) -> Callable[[Callable[[Thief], None]], None]:
    """Each writes what it wants; the thief sends afterwards what it did not send itself."""

    def note(do: Callable[[Thief], None]) -> None:
        ATTACKS[name] = Attack(name, quiet, do)

    return note
