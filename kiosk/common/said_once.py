"""What several services say each for themselves, as one: none of them takes another's word away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class SaidTwice(ValueError):
    """Two services claim the same code, label, clip or kind of record."""


def said_once(what: str, several: Iterable[Mapping[K, V]]) -> dict[K, V]:
    """All of them as one; `what` names them in the error. Raises `SaidTwice`."""
    found: dict[K, V] = {}
    for each in several:
        if twice := found.keys() & each.keys():
            raise SaidTwice(f"{what}: two services claim {', '.join(sorted(map(str, twice)))}")
        found.update(each)
    return found
