"""What is wrong with an import file: the first of each kind in words, and how many there are of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_KINDS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of the file."""

    path: str
    given: str
    allowed: str

    @property
    def kind(self) -> tuple[str, str]:
        """What faults of one kind have in common: the field and the rule, without the figures of either."""
        return re.sub(r"\[\d+\]", "[]", self.path), re.sub(r"\d+", "#", self.allowed.partition(";")[0])

    def __str__(self) -> str:
        return f"{self.path}: given {self.given}; allowed: {self.allowed}"


class Faults:
    """Counted by kind. A list of every one would be longer than anybody reads, and than the file."""

    def __init__(self) -> None:
        self.count = 0
        self._firsts: dict[tuple[str, str], Fault] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, fault: Fault) -> None:
        self.count += 1
        kind = fault.kind
        if kind in self._counts or len(self._counts) < MOST_KINDS:
            self._firsts.setdefault(kind, fault)
            self._counts[kind] = self._counts.get(kind, 0) + 1

    def __iter__(self) -> Iterator[Fault]:
        """The first of each kind, in the order in which they were found."""
        return iter(self._firsts.values())

    def lines(self) -> Iterator[str]:
        """For people: each kind once, and at the end how many were of further kinds."""
        for kind, first in self._firsts.items():
            more = self._counts[kind] - 1
            yield f"{first} (and {more} more like it)" if more else str(first)
        unnamed = self.count - sum(self._counts.values())
        if unnamed:
            yield f"and {unnamed} more of other kinds"
