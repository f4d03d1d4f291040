"""Where posts reach: a tree of divisions, on which the sites hang. Residents belong to their home site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.people.access.permissions import Permission
from sync.office.people.access.posts import Post
from sync.office.people.access.tokens import Scope
from sync.office.store.tables import division_sites, divisions


class Level(StrEnum):
    """Of a division, the widest first."""

    COUNTY = "county"
    STREET = "street"
    COMMUNITY = "community"
    ESTATE = "estate"
    BUILDING = "building"


LEVELS = tuple(Level)


class NoSuchDivision(Refusal):
    """No division has this code."""

    code = "no_such_division"
    division: str


class NotBelow(Refusal):
    """A division stands below one of a wider level."""

    code = "not_below"
    division: str
    parent: str


@dataclass(frozen=True, slots=True)
class Division:
    """One node of the tree; without a parent it stands at the top."""

    code: str
    level: Level
    title: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Some sites; None: all there are and will be."""

    sites: frozenset[str] | None

    def has(self, site: str) -> bool:
        return self.sites is None or site in self.sites

    def holds(self, column: sa.ColumnElement[str], before: str = "") -> sa.ColumnElement[bool]:
        """As a condition on a column with a site, and perhaps a word before it."""
        return sa.true() if self.sites is None else column.in_([before + each for each in sorted(self.sites)])


EVERYWHERE = Area(None)


def area_of(
    connection: sa.Connection, region_id: int, held: Iterable[Post | Scope], permission: Permission
) -> Area:
    """Where these posts together allow something."""
    reached = {each.division for each in held if each.may(permission)}
    if "" in reached:
        return EVERYWHERE
    if not reached:
        return Area(frozenset())
    tree = all_divisions(connection, region_id)
    grown = True
    while grown:
        below = {each.code for each in tree if each.parent in reached} - reached
        reached |= below
        grown = bool(below)
    c = division_sites.c
    query = sa.select(c.site).where(c.region_id == region_id, c.division.in_(sorted(reached)))
    return Area(frozenset(connection.execute(query).scalars()))


def all_divisions(connection: sa.Connection, region_id: int) -> list[Division]:
    """The widest first."""
    c = divisions.c
    rows = connection.execute(sa.select(divisions).where(c.region_id == region_id).order_by(c.code))
    found = [Division(row.code, Level(row.level), row.title, row.parent) for row in rows]
    return sorted(found, key=lambda each: LEVELS.index(each.level))


def keep(connection: sa.Connection, region_id: int, division: Division) -> None:
    """Add a division, or change it. Raises `NoSuchDivision` of its parent, and `NotBelow`."""
    known = {each.code: each for each in all_divisions(connection, region_id)}
    if division.parent:
        above = _known(known, division.parent)
        below = [each for each in known.values() if each.parent == division.code]
        for upper, lower in ((above, division), *((division, each) for each in below)):
            if LEVELS.index(lower.level) <= LEVELS.index(upper.level):
                raise NotBelow(division=lower.code, parent=upper.code)
    c = divisions.c
    connection.execute(divisions.delete().where(c.region_id == region_id, c.code == division.code))
    row = {"level": division.level, "title": division.title, "parent": division.parent}
    connection.execute(divisions.insert(), {"region_id": region_id, "code": division.code, **row})


def hang(connection: sa.Connection, region_id: int, site: str, division: str) -> None:
    """Let a site hang on a division, and no other. Raises `NoSuchDivision`."""
    _known({each.code: each for each in all_divisions(connection, region_id)}, division)
    c = division_sites.c
    connection.execute(division_sites.delete().where(c.region_id == region_id, c.site == site))
    connection.execute(division_sites.insert(), {"region_id": region_id, "site": site, "division": division})


def sites_by_division(connection: sa.Connection, region_id: int) -> dict[str, list[str]]:
    c = division_sites.c
    found: dict[str, list[str]] = {}
    for row in connection.execute(
        sa.select(c.division, c.site).where(c.region_id == region_id).order_by(c.site)
    ):
        found.setdefault(row.division, []).append(row.site)
    return found


def _known(known: dict[str, Division], code: str) -> Division:
    if code not in known:
        raise NoSuchDivision(division=code)
    return known[code]
