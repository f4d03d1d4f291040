"""Rows of a sheet as values, and each cell that cannot be what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from kiosk.plain.refusals import Refusal
from sync.office.importing.sheets import cells
from sync.office.importing.sheets.columns import HeadRow, RegisterColumn, letter
from sync.office.keys.identities import Identities
from sync.office.people.register import fields, idnumbers
from sync.office.people.register.dossiers import Person
from sync.office.people.register.fields import BornDiffers, MonthAlone, SiteUnknown

MOST_PROBLEMS = 500
T = TypeVar("T")


class DigitsLost(Refusal):
    """Excel took it for a number, and has forgotten the last digits."""

    code = "digits_lost"


class NobodyOfNumber(Refusal):
    """No resident of this number."""

    code = "nobody_of_number"


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
class SheetRow:
    """One row as values; None: nothing, or nothing good, stands there."""

    number: int
    cells: Sequence[str]
    said: dict[RegisterColumn, object] = field(default_factory=dict)
    sound: bool = True

    def get(self, column: RegisterColumn, kind: type[T]) -> T | None:
        found = self.said.get(column)
        return found if isinstance(found, kind) else None


class RowReader:
    """Of one sheet; what is wrong is added to `found`."""

    def __init__(self, where: Where, found: Preview) -> None:
        self._where, self._found = where, found

    def values(self, number: int, row: Sequence[str]) -> SheetRow:
        read = SheetRow(number, row)
        today = self._where.today
        for column, how in _HOW.items():
            self._cell(read, column, how)
        self._cell(read, RegisterColumn.HOME_SITE, self._site)
        id_number = read.get(RegisterColumn.ID_NUMBER, str)
        by_number = idnumbers.birthday(id_number) if id_number else None
        self._born(read, by_number, today)
        return read

    def _born(self, row: SheetRow, by_number: date | None, today: date) -> None:
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
                self.wrong(row, RegisterColumn.BORN, BornDiffers(born=by_number) if by_number else month)
        except Refusal as refusal:
            self.wrong(row, RegisterColumn.BORN, refusal)

    def _site(self, said: str) -> str:
        if not said:
            return ""
        code = self._where.sites.get(said)
        if code is None:
            raise SiteUnknown(allowed="、".join(sorted({*self._where.sites})))
        return code

    def _cell(self, row: SheetRow, column: RegisterColumn, how: Callable[[str], object]) -> None:
        if column is not RegisterColumn.NAME and column not in self._found.head.places:
            if column is RegisterColumn.HOME_SITE:
                row.said[column] = self._where.site
            return
        try:
            said = self._text(row, column)
            if said.startswith(cells.LOST):
                raise DigitsLost
            row.said[column] = how(said) or (self._where.site if column is RegisterColumn.HOME_SITE else None)
        except Refusal as refusal:
            self.wrong(row, column, refusal)

    def _text(self, row: SheetRow, column: RegisterColumn) -> str:
        place = self._found.head.places.get(column, len(row.cells))
        return row.cells[place] if place < len(row.cells) else ""

    def wrong(self, row: SheetRow, column: RegisterColumn, refusal: Refusal) -> None:
        row.sound = False
        place = self._found.head.places.get(column)
        given = self._text(row, column).removeprefix(cells.LOST)
        self._found.add(Problem(row.number, letter(place) if place is not None else "", given, refusal))


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
