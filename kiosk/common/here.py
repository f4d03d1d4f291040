"""Where a service stands: what every one of them is opened with, and what they have opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.errors import NoCatalogue
from kiosk.catalogue.reader import Catalogue
from kiosk.catalogue.values import Site
from kiosk.common.clock import Clock, local_time
from kiosk.common.outcomes import MealSold
from kiosk.ledger.asking import Asking
from kiosk.ledger.audit.folding import Derived
from kiosk.ledger.journal import Journal
from kiosk.settings import Settings

T = TypeVar("T")
Kind = tuple[str, int]  # of a record, with its version
# Kinds of records whose price can be given back, and which meal it was, if it was one.
Sold = Mapping[Kind, Callable[[msgspec.Raw], MealSold | None]]


class Opened:
    """What the services of one counter opened, and what they lend: each found by its type."""

    def __init__(self) -> None:
        self._by_type: dict[type, object] = {}

    def add(self, opened: Iterable[object]) -> None:
        self._by_type |= {type(each): each for each in opened}

    def __getitem__(self, kind: type[T]) -> T:
        """For a service's own screens. Raises `KeyError` where the kiosk does not list the service."""
        found = self._by_type[kind]
        assert isinstance(found, kind)
        return found

    def get(self, kind: type[T]) -> T | None:
        """For what another service may lend; None where none does."""
        return self[kind] if kind in self._by_type else None


@dataclass(frozen=True, slots=True)
class Here:
    """One counter, as its services see it.

    `reader` is on the journal's file, for whatever is no sale: the journal's own connection locks the file
    for writing. `opened` grows as the list is gone through, so a service can borrow from those before it.
    `at_close`: what a service keeps open is closed with the counter.
    """

    journal: Journal
    catalogue: Catalogue
    clock: Clock
    site: str
    reader: sa.Engine
    asking: Asking
    folder: Path
    sold: Sold
    opened: Opened
    settings: Settings
    at_close: ExitStack

    def site_now(self) -> Site:
        """The site as the office describes it. Raises `NoCatalogue`."""
        site = self.catalogue.site(self.site)
        if site is None:
            raise NoCatalogue
        return site

    def local(self, wall_ms: int) -> datetime:
        """A Unix time by the site's clocks. Raises `NoCatalogue`."""
        return local_time(wall_ms, self.site_now().time_zone)


@dataclass(frozen=True, slots=True)
class Offered:
    """The list of services as far as a counter is concerned: see `kiosk.services.contract.offered`."""

    books: Derived
    opens: Sequence[Callable[[Here], Iterable[object]]]
    sold: Sold
