"""A sheet against the register: who would be new, who changed, and every cell that cannot be what it says.

A row is somebody by the resident's number, else by the identity number, else by name and birthday. An empty
cell changes nothing. With one problem nothing at all is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import chain, islice

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.plain.refusals import Refusal
from sync.office.catalogue.published import items_of
from sync.office.importing.sheets import cells
from sync.office.importing.sheets.columns import OF_REGISTER, ROWS_OF_TITLES, RegisterColumn, head_of
from sync.office.importing.sheets.merging import merged
from sync.office.importing.sheets.reading import NobodyOfNumber, Preview, RowReader, SheetRow, Where
from sync.office.people.register import dossiers, keeping
from sync.office.people.register.dossiers import AT_ONCE, Person
from sync.office.people.register.fields import Missing
from sync.office.store.tables import catalogue_items


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
    matching = _Matching(connection, region_id, where, Preview(head_of(first, OF_REGISTER)))
    numbered = enumerate(chain(first, rows), start=1)
    below = ((number, row) for number, row in numbered if number > matching.found.head.row and any(row))
    while some := list(islice(below, AT_ONCE)):
        matching.take([matching.cells.values(number, row) for number, row in some])
        matching.found.rows += len(some)
        progress(matching.found.rows)
    return matching.found


class _Matching:
    """Who the rows are."""

    def __init__(self, connection: sa.Connection, region_id: int, where: Where, found: Preview) -> None:
        self._connection, self._region_id, self._where = connection, region_id, where
        self.found = found
        self.cells = RowReader(where, found)
        self._seen: dict[object, int] = {}  # by what a row is somebody -> its number

    def take(self, rows: list[SheetRow]) -> None:
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
                self.cells.wrong(row, RegisterColumn.NUMBER, NobodyOfNumber())
            elif number and not self._where.mine(before[number].resident.home_site):
                self.cells.wrong(row, RegisterColumn.NAME, Elsewhere())
            self._once(row, number, marks.get(row.number))
            self._judge(row, before.get(number or 0), marks.get(row.number, b""))

    def _judge(self, row: SheetRow, before: Person | None, mark: bytes) -> None:
        if before is None and row.sound:
            for column in (RegisterColumn.BORN, RegisterColumn.HOME_SITE):
                if not row.said.get(column):
                    self.cells.wrong(row, column, Missing())
        if not row.sound:
            return
        after = merged(row, before, mark, self._where).on(self._where.today)
        if before is None:
            self.found.new.append(after)
        elif after != before.on(self._where.today):
            self.found.changed.append((before, after))
        else:
            self.found.unchanged += 1

    def _who(
        self,
        row: SheetRow,
        marks: Mapping[int, bytes],
        marked: Mapping[bytes, int],
        named: Mapping[tuple[str, date], list[int]],
    ) -> int | None:
        by_mark = marked.get(marks.get(row.number, b""))
        number = row.get(RegisterColumn.NUMBER, int)
        if number:
            if by_mark and by_mark != number:
                taken = keeping.IdNumberTaken(resident_id=number, other_id=by_mark)
                self.cells.wrong(row, RegisterColumn.ID_NUMBER, taken)
            return number
        if by_mark:
            return by_mark
        name, born = row.get(RegisterColumn.NAME, str), row.get(RegisterColumn.BORN, date)
        same = named.get((name, born), []) if name and born else []
        if len(same) > 1:
            self.cells.wrong(row, RegisterColumn.NAME, Ambiguous(numbers=", ".join(map(str, same))))
        return same[0] if len(same) == 1 else None

    def _named(self, rows: list[SheetRow]) -> Mapping[tuple[str, date], list[int]]:
        names = sorted({name for row in rows if (name := row.get(RegisterColumn.NAME, str))})
        query = items_of(self._region_id, Kind.RESIDENT).where(catalogue_items.c.label.in_(names))
        found: dict[tuple[str, date], list[int]] = {}
        for row in self._connection.execute(query):
            each = decode_value(Kind.RESIDENT, row.value)
            found.setdefault((each.name, each.born), []).append(each.id)
        return found

    def _once(self, row: SheetRow, number: int | None, mark: bytes | None) -> None:
        named = (row.get(RegisterColumn.NAME, str), row.get(RegisterColumn.BORN, date))
        keys: list[object] = [each for each in (number, mark) if each]
        if not keys and all(named):
            keys = [named]
        for key in keys:
            if key in self._seen:
                column = RegisterColumn.ID_NUMBER if key == mark else RegisterColumn.NAME
                self.cells.wrong(row, column, RowTwice(row=self._seen[key]))
                return
        self._seen |= dict.fromkeys(keys, row.number)
