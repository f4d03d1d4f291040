"""What a service of the office shows to clerks: pages of its own, and parts of others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import sqlalchemy as sa
from flask import Blueprint

from kiosk.common.said_once import said_once
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from sync.office.console.desk.found import Finds
from sync.office.console.desk.tasks import Waits
from sync.office.console.door.guard import may
from sync.office.console.names import Names
from sync.office.console.reporting.pictures.picture import Picture
from sync.office.office import Office
from sync.office.people.access.permissions import Permission

T = TypeVar("T")
Place = tuple[str, int]  # a journal, in hexadecimal, and a record of it


@dataclass(frozen=True, slots=True)
class Link:
    """A page in the line of all pages, which are sorted by `place`."""

    place: int
    endpoint: str
    label: str


@dataclass(frozen=True, slots=True)
class Panel(Generic[T]):
    """A part of a page, for those who may: its template, and what that finds in `panel`."""

    template: str
    look_up: Callable[[sa.Connection, int, T], Mapping[str, object]]
    needs: Permission


@dataclass(frozen=True, slots=True)
class Said:
    """What a review's code means, figures in the first sentence of which all are there, and what to do."""

    words: str
    sentences: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """What one review is about, in words of the page's language."""

    resident_id: int
    words: str
    operator: str  # who asked


@dataclass(frozen=True, slots=True)
class ReviewOutcome:
    """How reviews of some codes may end, beside being left as it was: an entry of the office's own puts right
    what the record moved. `moves`: the postings of that entry for a record and its review's detail; none: it
    is not offered there. `words` name it, with `%(yuan)s` for how much it moves; `done`: what was done.
    """

    name: str
    words: str
    done: str
    codes: Collection[str]
    moves: Callable[[sa.Connection, JournalKey, int, str], Sequence[Posting]]


Explain = Callable[[sa.Connection, int], Mapping[Place, Explained]]  # of those open in a region


@dataclass(frozen=True, kw_only=True)
class Shown:
    """All of it. `pages`: blueprints within the console's. `everywhere`: what stands on top of each page.
    `overview`, `of_resident`, `beside_reviews`: parts of those pages. `of_each_resident`: pages about one, by
    `resident_id`; `of_kiosks`: pages that are reached from theirs. `kinds`: what records are called, or the
    reasons of the office's own. `reviews`: by code; `outcomes`: how they may end.
    `acts`: what its routes do, for the audit log. `waits`: what needs a person. `finds`: what the one search
    finds. `prices`: pages about them, which stand side by side. `pictures`: what is drawn. `translations`:
    folders with the words in each language.
    """

    pages: Sequence[Callable[[Office], Blueprint]] = ()
    links: Sequence[Link] = ()
    everywhere: Sequence[Panel[Names]] = ()
    overview: Sequence[Panel[Names]] = ()
    of_resident: Sequence[Panel[int]] = ()
    of_each_resident: Sequence[Link] = ()
    of_kiosks: Sequence[Link] = ()
    beside_reviews: Sequence[Panel[Names]] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    reviews: Mapping[str, Said] = field(default_factory=dict)
    outcomes: Sequence[ReviewOutcome] = ()
    explains: Sequence[Explain] = ()
    acts: Mapping[str, str] = field(default_factory=dict)
    waits: Sequence[Waits] = ()
    finds: Sequence[Finds] = ()
    prices: Sequence[Link] = ()
    pictures: Sequence[Picture] = ()
    translations: Sequence[Path] = ()


def together(several: Iterable[Shown]) -> Shown:
    """One of them all, in their order. Raises `SaidTwice`."""
    parts = list(several)
    return Shown(
        pages=[page for each in parts for page in each.pages],
        links=_sorted(link for each in parts for link in each.links),
        everywhere=[panel for each in parts for panel in each.everywhere],
        overview=[panel for each in parts for panel in each.overview],
        of_resident=[panel for each in parts for panel in each.of_resident],
        of_each_resident=_sorted(link for each in parts for link in each.of_each_resident),
        of_kiosks=_sorted(link for each in parts for link in each.of_kiosks),
        beside_reviews=[panel for each in parts for panel in each.beside_reviews],
        kinds=said_once("kinds", [each.kinds for each in parts]),
        reviews=said_once("reviews", [each.reviews for each in parts]),
        outcomes=[outcome for each in parts for outcome in each.outcomes],
        acts=said_once("acts", [each.acts for each in parts]),
        waits=[each for part in parts for each in part.waits],
        finds=[each for part in parts for each in part.finds],
        prices=_sorted(link for each in parts for link in each.prices),
        pictures=[each for part in parts for each in part.pictures],
        explains=[explain for each in parts for explain in each.explains],
        translations=[folder for each in parts for folder in each.translations],
    )


def _sorted(links: Iterable[Link]) -> Sequence[Link]:
    return sorted(links, key=lambda link: link.place)


def filled(
    panels: Sequence[Panel[T]], connection: sa.Connection, region_id: int, about: T
) -> list[Mapping[str, object]]:
    """Panels as templates take them; those that somebody may see."""
    seen = (each for each in panels if may(each.needs))
    return [{"template": each.template, **each.look_up(connection, region_id, about)} for each in seen]
