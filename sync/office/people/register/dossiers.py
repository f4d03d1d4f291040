"""What only the office knows of a resident: no kiosk is ever told, and forgetting somebody forgets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from kiosk.people.residents import Resident
from sync.office.catalogue.published import residents_by_id
from sync.office.store.tables import dossiers

AT_ONCE = 500
PHONE_TAIL = 4


class ContactPerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom to call about a resident."""

    name: str
    phone: str = ""
    relation: str = ""


class CategoryHeld(msgspec.Struct, frozen=True, omit_defaults=True):
    """A category, the days on which it holds, and which paper was seen for it."""

    category: str
    first_day: date = date.min
    last_day: date = date.max
    evidence: str = ""

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


class Dossier(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rest of it. `household`: residents of one household have the same word here."""

    phone: str = ""
    household: str = ""
    grid_worker: str = ""
    contacts: tuple[ContactPerson, ...] = ()
    categories: tuple[CategoryHeld, ...] = ()

    def turns_after(self, day: date) -> date | None:
        """The first day after this one on which other categories hold."""
        ends = (each.last_day + timedelta(days=1) for each in self.categories if each.last_day < date.max)
        days = {*ends, *(each.first_day for each in self.categories)}
        return min((each for each in days if each > day), default=None)


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """All of a resident. The picture is kept apart, and named in the entry as it is published.

    `sealed`: the identity number, encrypted; `mark`: what it is found by. Both empty: none is known.
    """

    resident: Resident
    dossier: Dossier = Dossier()
    sealed: bytes = b""
    mark: bytes = b""

    def on(self, day: date) -> Person:
        """With the entry as it has to be on a day: its categories are those that hold."""
        held = tuple(dict.fromkeys(each.category for each in self.dossier.categories if each.holds_on(day)))
        tail = self.dossier.phone[-PHONE_TAIL:] or self.resident.phone_tail
        entry = msgspec.structs.replace(self.resident, categories=held, phone_tail=tail, photo="")
        return msgspec.structs.replace(self, resident=entry)


def people(
    connection: sa.Connection, region_id: int, numbers: Iterable[int], day: date
) -> Mapping[int, Person]:
    """Those who are in the register."""
    wanted, found = sorted(set(numbers)), dict[int, Person]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        told = {row.resident_id: row for row in connection.execute(_of(region_id, some))}
        for number, resident in residents_by_id(connection, region_id, some).items():
            found[number] = _person(resident, told.get(number), day)
    return found


def save(connection: sa.Connection, region_id: int, several: Iterable[Person], day: date) -> None:
    c, rows = dossiers.c, [_row(region_id, each, day) for each in several]
    numbers = [row["resident_id"] for row in rows]
    connection.execute(dossiers.delete().where(c.region_id == region_id, c.resident_id.in_(numbers)))
    if rows:
        connection.execute(dossiers.insert(), rows)


def delete(connection: sa.Connection, region_id: int, resident_id: int) -> None:
    c = dossiers.c
    connection.execute(dossiers.delete().where(c.region_id == region_id, c.resident_id == resident_id))


def marked(connection: sa.Connection, region_id: int, marks: Iterable[bytes]) -> Mapping[bytes, int]:
    """Whose identity numbers these are."""
    wanted, found, c = sorted(set(marks)), dict[bytes, int](), dossiers.c
    for start in range(0, len(wanted), AT_ONCE):
        query = sa.select(c.mark, c.resident_id).where(
            c.region_id == region_id, c.mark.in_(wanted[start : start + AT_ONCE])
        )
        found |= {bytes(row.mark): row.resident_id for row in connection.execute(query)}
    return found


def turning(connection: sa.Connection, region_id: int, day: date) -> list[int]:
    """Residents of whom other categories hold from a day on, or from one before that nobody looked at."""
    c = dossiers.c
    query = sa.select(c.resident_id).where(c.region_id == region_id, c.turns_on <= day.isoformat())
    return list(connection.execute(query.order_by(c.resident_id)).scalars())


def _of(region_id: int, numbers: list[int]) -> sa.Select[tuple[int, bytes, bytes, bytes]]:
    c = dossiers.c
    columns = sa.select(c.resident_id, c.told, c.sealed, c.mark)
    return columns.where(c.region_id == region_id, c.resident_id.in_(numbers))


def _person(resident: Resident, row: sa.Row[tuple[int, bytes, bytes, bytes]] | None, day: date) -> Person:
    """An import file may have said other categories since: what it says now holds, without days."""
    entry = msgspec.structs.replace(resident, photo="")
    dossier = msgspec.json.decode(row.told, type=Dossier) if row is not None else Dossier()
    # What begins or ends about now waits for the day's first look, see `keeping.turn`.
    told = tuple(
        each
        for each in dossier.categories
        if each.category in resident.categories or not each.first_day < day < each.last_day
    )
    known = {each.category for each in told}
    bare = tuple(CategoryHeld(each) for each in resident.categories if each not in known)
    dossier = msgspec.structs.replace(dossier, categories=(*told, *bare))
    if row is None:
        return Person(entry, dossier)
    return Person(entry, dossier, bytes(row.sealed or b""), bytes(row.mark or b""))


def _row(region_id: int, person: Person, day: date) -> dict[str, object]:
    turns_on = person.dossier.turns_after(day)
    return {
        "region_id": region_id,
        "resident_id": person.resident.id,
        "told": msgspec.json.encode(person.dossier),
        "sealed": person.sealed or None,
        "mark": person.mark or None,
        "turns_on": turns_on.isoformat() if turns_on else None,
    }
