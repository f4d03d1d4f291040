"""Whom to ask about a resident, one after the other: the contact of the building, the grid worker, and then
up the tree of divisions from where the home site hangs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from sync.office.catalogue.search_words import home_of, plain
from sync.office.people.access import areas
from sync.office.people.access.areas import Division
from sync.office.people.register.dossiers import Person
from sync.office.services.care.tables import care_contacts


class Of(StrEnum):
    """What somebody is the contact of."""

    BUILDING = "building"  # by its site and how its address begins
    GRID_WORKER = "grid_worker"  # by name, as it stands with residents
    DIVISION = "division"


@dataclass(frozen=True, slots=True)
class CareContact:
    """`code` within its kind, such as `huasheng/3 号楼`."""

    kind: Of
    code: str
    name: str
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """All contacts of a region, and how its divisions stand."""

    contacts: Mapping[tuple[str, str], CareContact]
    divisions: Mapping[str, Division]
    division_of: Mapping[str, str]  # by site
    division_in: Mapping[str, str]  # by building, as `hang_building` keeps them

    @classmethod
    def read(cls, connection: sa.Connection, region_id: int) -> Ladder:
        by_division = areas.sites_by_division(connection, region_id)
        return cls(
            {(each.kind, each.code): each for each in every(connection, region_id)},
            {each.code: each for each in areas.all_divisions(connection, region_id)},
            {site: code for code, sites in by_division.items() for site in sites},
            {
                building: code
                for code, buildings in areas.buildings_by_division(connection, region_id).items()
                for building in buildings
            },
        )

    def of(self, person: Person) -> Sequence[CareContact]:
        """Those who are known, the nearest first."""
        worker = person.dossier.grid_worker
        near = self._of_building(person), self.contacts.get((Of.GRID_WORKER, worker))
        if worker and near[1] is None:
            near = near[0], CareContact(Of.GRID_WORKER, worker, worker)
        code, above = self._division_of(person), list[CareContact]()
        while code in self.divisions:
            if (contact := self.contacts.get((Of.DIVISION, code))) is not None:
                above.append(contact)
            code = self.divisions[code].parent
        return [*(each for each in near if each is not None), *above]

    def _division_of(self, person: Person) -> str:
        """Of the building, if it hangs on one, else of the home site."""
        home = home_of(person.resident)
        mine = [each for each in self.division_in if home.startswith(each)]
        if mine:
            return self.division_in[max(mine, key=len)]
        return self.division_of.get(person.resident.home_site, "")

    def _of_building(self, person: Person) -> CareContact | None:
        """The one whose address says most: 3 号楼 2 单元 goes before 3 号楼."""
        home = home_of(person.resident)
        mine = [
            each
            for (kind, code), each in self.contacts.items()
            if kind == Of.BUILDING and home.startswith(plain(code))
        ]
        return max(mine, key=lambda each: len(plain(each.code)), default=None)


def every(connection: sa.Connection, region_id: int) -> list[CareContact]:
    c = care_contacts.c
    query = sa.select(care_contacts).where(c.region_id == region_id).order_by(c.kind, c.code)
    return [
        CareContact(Of(row.kind), row.code, row.name, row.phone, row.mail)
        for row in connection.execute(query)
    ]


def keep(connection: sa.Connection, region_id: int, contact: CareContact) -> None:
    """In place of whoever was there."""
    remove(connection, region_id, contact.kind, contact.code)
    row = {"kind": contact.kind, "code": contact.code, "name": contact.name}
    row |= {"phone": contact.phone, "mail": contact.mail}
    connection.execute(care_contacts.insert(), {"region_id": region_id, **row})


def remove(connection: sa.Connection, region_id: int, kind: str, code: str) -> bool:
    """Whether there was one."""
    c = care_contacts.c
    mine = (c.region_id == region_id, c.kind == kind, c.code == code)
    return connection.execute(care_contacts.delete().where(*mine)).rowcount > 0
