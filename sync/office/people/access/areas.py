"""Where posts reach: a tree of divisions, on which sites and buildings hang. Residents belong to their home
site, and to the building there that they live in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from sync.office.catalogue.search_words import HOME, LONGEST, found_by_beginning, home_of, plain
from sync.office.people.access.permissions import Permission
from sync.office.people.access.posts import Post
from sync.office.people.access.tokens import Scope
from sync.office.store.tables import division_buildings, division_sites, divisions


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


class NotABuilding(Refusal):
    """A building is said with its word, such as 3 号楼: 3 alone would be 30 and 31 as well."""

    code = "not_a_building"
    building: str


@dataclass(frozen=True, slots=True)
class Division:
    """One node of the tree; without a parent it stands at the top."""

    code: str
    level: Level
    title: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Some sites; None: all there are and will be. Of `buildings`, by site and how their addresses begin, as
    `home_of` has them, only who lives there.
    """

    sites: frozenset[str] | None
    buildings: frozenset[str] = frozenset()

    def has(self, site: str) -> bool:
        return self.sites is None or site in self.sites

    def has_resident(self, resident: Resident) -> bool:
        home = home_of(resident)
        return self.has(resident.home_site) or any(home.startswith(each) for each in self.buildings)

    def holds_residents(self, region_id: int, items: sa.FromClause) -> sa.ColumnElement[bool]:
        """As a condition on items of the catalogue that are residents."""
        at_home = self.holds(items.c.scope, "site:")
        if not self.buildings:
            return at_home
        living_there = sa.union_all(
            *(found_by_beginning(region_id, Kind.RESIDENT, HOME + each) for each in sorted(self.buildings))
        )
        return sa.or_(at_home, items.c.key.in_(living_there))

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
    c, b = division_sites.c, division_buildings.c
    sites = sa.select(c.site).where(c.region_id == region_id, c.division.in_(sorted(reached)))
    buildings = sa.select(b.building).where(b.region_id == region_id, b.division.in_(sorted(reached)))
    return Area(
        frozenset(connection.execute(sites).scalars()), frozenset(connection.execute(buildings).scalars())
    )


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


def hang_building(connection: sa.Connection, region_id: int, site: str, building: str, division: str) -> None:
    """Let those at home at a site whose address begins so hang on a division.

    Raises `NoSuchDivision`, and `NotABuilding` of what would be the beginning of another's number.
    """
    _known({each.code: each for each in all_divisions(connection, region_id)}, division)
    address = plain(f"{site}/{building}")
    if not plain(building) or address[-1].isdigit() or len(HOME + address) > LONGEST:
        raise NotABuilding(building=building)
    b = division_buildings.c
    mine = (b.region_id == region_id, b.building == address)
    connection.execute(division_buildings.delete().where(*mine))
    row = {"region_id": region_id, "building": address, "division": division}
    connection.execute(division_buildings.insert(), row)


def buildings_by_division(connection: sa.Connection, region_id: int) -> dict[str, list[str]]:
    b, found = division_buildings.c, dict[str, list[str]]()
    query = sa.select(b.division, b.building).where(b.region_id == region_id).order_by(b.building)
    for row in connection.execute(query):
        found.setdefault(row.division, []).append(row.building)
    return found


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
