"""What a planted mistake is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault of ours, what it does to lunch, and the seeds within which it must show."""

    name: str
    plant: Callable[[], AbstractContextManager[Any]]
    within: int


MUTANTS: list[Mutant] = []


def mutant(within: int) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    def register(plant: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        MUTANTS.append(Mutant(plant.__name__, contextmanager(plant), within))
        return plant

    return register
