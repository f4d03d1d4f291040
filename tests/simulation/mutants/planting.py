"""What a planted mistake is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault of ours, what it does to lunch, and the seeds within which it must show.

    `shown_by` is one of them, in which it was seen to show: whoever wants to know no more looks there first.
    """

    name: str
    plant: Callable[[], AbstractContextManager[Any]]
    within: int
    shown_by: int = 0

    @property
    def seeds(self) -> list[int]:
        return sorted(range(self.within), key=lambda seed: seed != self.shown_by)


MUTANTS: list[Mutant] = []


def mutant(
    within: int, shown_by: int = 0
) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    def register(plant: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        MUTANTS.append(Mutant(plant.__name__, contextmanager(plant), within, shown_by))
        return plant

    return register
