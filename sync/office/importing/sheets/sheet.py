"""A sheet against the register: who would be new, who changed, and every cell that cannot be what it says.

A row is somebody by the resident's number, else by the identity number, else by name and birthday. An empty
cell changes nothing. With one problem nothing at all is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from sync.office.catalogue.published import items_of
from sync.office.importing.initials import initials_of
from sync.office.importing.sheets import cells
from sync.office.importing.sheets.columns import (
    OF_REGISTER,
    ROWS_OF_TITLES,
    HeadRow,
    RegisterColumn,
    head_of,
    letter,
)
from sync.office.keys.identities import Identities
from sync.office.people.register import dossiers, fields, idnumbers, keeping
from sync.office.people.register.dossiers import AT_ONCE, CategoryHeld, ContactPerson, Person
from sync.office.people.register.fields import BornDiffers, Missing, MonthAlone, SiteUnknown
from sync.office.people.register.keeping import By, ResidentChange
from sync.office.store.tables import catalogue_items

MOST_PROBLEMS = 500
T = TypeVar("T")


class DigitsLost(Refusal):
    """Excel took it for a number, and has forgotten the last digits."""

    code = "digits_lost"


class NobodyOfNumber(Refusal):
    """No resident of this number."""

    code = "nobody_of_number"


class Elsewhere(Refusal):
    """Somebody whose home is not in the clerk's area."""

    code = "at_home_elsewhere"


class RowTwice(Refusal):
    """Another row of the sheet is the same person."""

    code = "row_twice"
    row: int


class Ambiguous(Refusal):
    """Several residents have this name and birthday."""

    code = "ambiguous"
    numbers: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Of one cell, as Excel names it; `given` is what stands there."""

    row: int
    column: str
    given: str
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """How a sheet is read. `sites`: codes by every name of theirs, of the clerk's area; `site`: of rows that
    name none; `word_of`: stable words for what is said; `mine`: whether somebody's home is in the area.
    """

    sites: Mapping[str, str]
    site: str
    today: date
    identities: Identities
    word_of: Callable[[str], str]
    mine: Callable[[str], bool]


@dataclass(slots=True)
class Preview:
    """What an import would do. Of people: the first of each."""

    head: HeadRow[RegisterColumn]
    rows: int = 0
    unchanged: int = 0
    new: list[Person] = field(default_factory=list)
    changed: list[tuple[Person, Person]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    @property
    def people(self) -> list[Person]:
        return [*self.new, *(after for _, after in self.changed)]

    def add(self, problem: Problem) -> None:
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


@dataclass(slots=True)
class _Row:
    """One row as values; None: nothing, or nothing good, stands there."""

    number: int
    cells: Sequence[str]
    said: dict[RegisterColumn, object] = field(default_factory=dict)
    sound: bool = True

    def get(self, column: RegisterColumn, kind: type[T]) -> T | None:
        found = self.said.get(column)
        return found if isinstance(found, kind) else None


def preview(
    connection: sa.Connection,
    region_id: int,
    content: bytes,
    where: Where,
    progress: Callable[[int], None] = lambda done: None,
) -> Preview:
    """Raises `NoSheet`, `NoHead` and `ColumnTwice`."""
    rows = cells.rows(content)
    first = list(islice(rows, ROWS_OF_TITLES))
    reading = _Reading(connection, region_id, where, Preview(head_of(first, OF_REGISTER)))
    numbered = enumerate(chain(first, rows), start=1)
    below = ((number, row) for number, row in numbered if number > reading.found.head.row and any(row))
    while some := list(islice(below, AT_ONCE)):
        reading.take([reading.values(number, row) for number, row in some])
        reading.found.rows += len(some)
        progress(reading.found.rows)
    return reading.found


def store(
    connection: sa.Connection, region_id: int, found: Preview, by: By, identities: Identities
) -> list[ResidentChange]:
    """Everything, in the caller's transaction; whoever is new gets the next numbers."""
    assert not found.problem_count, "a sheet with a problem is not imported"
    first = keeping.new_numbers(connection, region_id, len(found.new)) if found.new else 0
    new = [_numbered(each, first + n, identities) for n, each in enumerate(found.new)]
    return keeping.keep(connection, region_id, [*new, *(after for _, after in found.changed)], by)


def _numbered(person: Person, number: int, identities: Identities) -> Person:
    """What is sealed for nobody yet is sealed for this number."""
    entry = msgspec.structs.replace(person.resident, id=number)
    sealed = identities.seal(identities.open(person.sealed, 0), number) if person.sealed else b""
    return msgspec.structs.replace(person, resident=entry, sealed=sealed)


class _Reading:
    def __init__(self, connection: sa.Connection, region_id: int, where: Where, found: Preview) -> None:
        self._connection, self._region_id, self._where = connection, region_id, where
        self.found = found
        self._seen: dict[object, int] = {}  # by what a row is somebody -> its number

    def values(self, number: int, row: Sequence[str]) -> _Row:
        read = _Row(number, row)
        today = self._where.today
        for column, how in _HOW.items():
            self._cell(read, column, how)
        self._cell(read, RegisterColumn.HOME_SITE, self._site)
        id_number = read.get(RegisterColumn.ID_NUMBER, str)
        by_number = idnumbers.birthday(id_number) if id_number else None
        self._born(read, by_number, today)
        return read

    def _born(self, row: _Row, by_number: date | None, today: date) -> None:
        said = self._text(row, RegisterColumn.BORN)
        try:
            typed = fields.birthday(said, today)
            if typed and by_number and typed != by_number:
                raise BornDiffers(born=by_number)
            row.said[RegisterColumn.BORN] = typed or by_number
        except MonthAlone as month:
            if by_number and (by_number.year, by_number.month) == (month.year, month.month):
                row.said[RegisterColumn.BORN] = by_number
            else:
                self._wrong(row, RegisterColumn.BORN, BornDiffers(born=by_number) if by_number else month)
        except Refusal as refusal:
            self._wrong(row, RegisterColumn.BORN, refusal)

    def take(self, rows: list[_Row]) -> None:
        """Who they are, and what would become of them."""
        marks = {
            row.number: self._where.identities.mark(said)
            for row in rows
            if (said := row.get(RegisterColumn.ID_NUMBER, str))
        }
        marked = dossiers.marked(self._connection, self._region_id, marks.values())
        named = self._named(rows)
        whose = {row.number: self._who(row, marks, marked, named) for row in rows}
        numbers = [each for each in whose.values() if each]
        before = dossiers.people(self._connection, self._region_id, numbers, self._where.today)
        for row in rows:
            number = whose[row.number]
            if number and number not in before:
                self._wrong(row, RegisterColumn.NUMBER, NobodyOfNumber())
            elif number and not self._where.mine(before[number].resident.home_site):
                self._wrong(row, RegisterColumn.NAME, Elsewhere())
            self._once(row, number, marks.get(row.number))
            self._judge(row, before.get(number or 0), marks.get(row.number, b""))

    def _judge(self, row: _Row, before: Person | None, mark: bytes) -> None:
        if before is None and row.sound:
            for column in (RegisterColumn.BORN, RegisterColumn.HOME_SITE):
                if not row.said.get(column):
                    self._wrong(row, column, Missing())
        if not row.sound:
            return
        after = self._merged(row, before, mark).on(self._where.today)
        if before is None:
            self.found.new.append(after)
        elif after != before.on(self._where.today):
            self.found.changed.append((before, after))
        else:
            self.found.unchanged += 1

    def _merged(self, row: _Row, before: Person | None, mark: bytes) -> Person:
        old = before or Person(Resident(id=0, name="", born=date.min, home_site=self._where.site))
        entry, dossier = old.resident, old.dossier
        name = row.get(RegisterColumn.NAME, str) or entry.name
        entry = msgspec.structs.replace(
            entry,
            name=name,
            initials=entry.initials if name == entry.name else initials_of(name),
            born=row.get(RegisterColumn.BORN, date) or entry.born,
            home_site=row.get(RegisterColumn.HOME_SITE, str) or entry.home_site,
            honorific=row.get(RegisterColumn.HONORIFIC, str) or entry.honorific,
            building=row.get(RegisterColumn.BUILDING, str) or entry.building,
            diet=tuple(map(self._where.word_of, row.get(RegisterColumn.DIET, tuple) or ())) or entry.diet,
        )
        held = {each.category for each in dossier.categories}
        said = map(self._where.word_of, row.get(RegisterColumn.CATEGORIES, tuple) or ())
        more = tuple(CategoryHeld(each) for each in said if each not in held)
        dossier = msgspec.structs.replace(
            dossier,
            phone=row.get(RegisterColumn.PHONE, str) or dossier.phone,
            household=row.get(RegisterColumn.HOUSEHOLD, str) or dossier.household,
            grid_worker=row.get(RegisterColumn.GRID_WORKER, str) or dossier.grid_worker,
            categories=(*dossier.categories, *more),
            contacts=_contacts(row) or dossier.contacts,
        )
        sealed, known = old.sealed, old.mark
        if mark and mark != known:
            number = row.get(RegisterColumn.ID_NUMBER, str) or ""
            sealed, known = self._where.identities.seal(number, entry.id), mark
        return Person(entry, dossier, sealed, known)

    def _who(
        self,
        row: _Row,
        marks: Mapping[int, bytes],
        marked: Mapping[bytes, int],
        named: Mapping[tuple[str, date], list[int]],
    ) -> int | None:
        by_mark = marked.get(marks.get(row.number, b""))
        number = row.get(RegisterColumn.NUMBER, int)
        if number:
            if by_mark and by_mark != number:
                taken = keeping.IdNumberTaken(resident_id=number, other_id=by_mark)
                self._wrong(row, RegisterColumn.ID_NUMBER, taken)
            return number
        if by_mark:
            return by_mark
        name, born = row.get(RegisterColumn.NAME, str), row.get(RegisterColumn.BORN, date)
        same = named.get((name, born), []) if name and born else []
        if len(same) > 1:
            self._wrong(row, RegisterColumn.NAME, Ambiguous(numbers=", ".join(map(str, same))))
        return same[0] if len(same) == 1 else None

    def _named(self, rows: list[_Row]) -> Mapping[tuple[str, date], list[int]]:
        names = sorted({name for row in rows if (name := row.get(RegisterColumn.NAME, str))})
        query = items_of(self._region_id, Kind.RESIDENT).where(catalogue_items.c.label.in_(names))
        found: dict[tuple[str, date], list[int]] = {}
        for row in self._connection.execute(query):
            each = decode_value(Kind.RESIDENT, row.value)
            found.setdefault((each.name, each.born), []).append(each.id)
        return found

    def _once(self, row: _Row, number: int | None, mark: bytes | None) -> None:
        named = (row.get(RegisterColumn.NAME, str), row.get(RegisterColumn.BORN, date))
        keys: list[object] = [each for each in (number, mark) if each]
        if not keys and all(named):
            keys = [named]
        for key in keys:
            if key in self._seen:
                column = RegisterColumn.ID_NUMBER if key == mark else RegisterColumn.NAME
                self._wrong(row, column, RowTwice(row=self._seen[key]))
                return
        self._seen |= dict.fromkeys(keys, row.number)

    def _site(self, said: str) -> str:
        if not said:
            return ""
        code = self._where.sites.get(said)
        if code is None:
            raise SiteUnknown(allowed="、".join(sorted({*self._where.sites})))
        return code

    def _cell(self, row: _Row, column: RegisterColumn, how: Callable[[str], object]) -> None:
        if column is not RegisterColumn.NAME and column not in self.found.head.places:
            if column is RegisterColumn.HOME_SITE:
                row.said[column] = self._where.site
            return
        try:
            said = self._text(row, column)
            if said.startswith(cells.LOST):
                raise DigitsLost
            row.said[column] = how(said) or (self._where.site if column is RegisterColumn.HOME_SITE else None)
        except Refusal as refusal:
            self._wrong(row, column, refusal)

    def _text(self, row: _Row, column: RegisterColumn) -> str:
        place = self.found.head.places.get(column, len(row.cells))
        return row.cells[place] if place < len(row.cells) else ""

    def _wrong(self, row: _Row, column: RegisterColumn, refusal: Refusal) -> None:
        row.sound = False
        place = self.found.head.places.get(column)
        given = self._text(row, column).removeprefix(cells.LOST)
        self.found.add(Problem(row.number, letter(place) if place is not None else "", given, refusal))


def _contacts(row: _Row) -> tuple[ContactPerson, ...]:
    name, phone = row.get(RegisterColumn.CONTACT, str), row.get(RegisterColumn.CONTACT_PHONE, str)
    return (ContactPerson(name or "", phone or ""),) if name or phone else ()


def _number(said: str) -> int | None:
    digits = said.strip()
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= cells.EXACT_DIGITS):
        raise NobodyOfNumber
    return int(digits) if digits else None


def _id_number(said: str) -> str:
    return idnumbers.read(said) if said.strip() else ""


_HOW: Mapping[RegisterColumn, Callable[[str], object]] = {
    RegisterColumn.NUMBER: _number,
    RegisterColumn.NAME: fields.name,
    RegisterColumn.ID_NUMBER: _id_number,
    RegisterColumn.PHONE: fields.phone,
    RegisterColumn.BUILDING: fields.text,
    RegisterColumn.HOUSEHOLD: fields.text,
    RegisterColumn.GRID_WORKER: fields.text,
    RegisterColumn.CATEGORIES: fields.several,
    RegisterColumn.DIET: fields.several,
    RegisterColumn.HONORIFIC: fields.text,
    RegisterColumn.CONTACT: fields.text,
    RegisterColumn.CONTACT_PHONE: fields.phone,
}
