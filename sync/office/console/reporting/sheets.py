"""A report as one value, and every form of it made from that: the page, CSV, a workbook, JSON.

JSON counts fen, watt-hours and Unix milliseconds. CSV and the workbook show yuan and kilowatt-hours as exact
decimals, and times on the site's clock. Texts that came from a kiosk stay texts even where they look like a
formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

import msgspec

from sync.office.console import files, formats
from sync.office.console.files import Value
from sync.office.console.names import Names

Cell = str | int | None
Gettext = Callable[[str], str]


class Shape(Enum):
    """How a figure reads."""

    TEXT = "text"
    SITE = "site"  # a site's name
    WORD = "word"  # one of the report's own words, such as a reason
    RESIDENT = "resident"  # a number; 0: nobody
    COUNT = "count"
    FEN = "fen"
    WH = "wh"
    WATTS = "watts"
    MINUTES = "minutes"
    PERCENT = "percent"
    TIME = "time"  # Unix ms, on the clock of the row's site


_FIGURES = {Shape.COUNT, Shape.FEN, Shape.WH, Shape.WATTS, Shape.MINUTES, Shape.PERCENT}


@dataclass(frozen=True, slots=True)
class Column:
    """`code` names it to programs, `words` to people."""

    code: str
    words: str
    shape: Shape

    @property
    def is_figure(self) -> bool:
        return self.shape in _FIGURES


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report of some days. `total` has a cell for each column, or none; `words` what `Shape.WORD` says."""

    code: str
    title: str
    none: str  # what stands where there is no row
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def residents(self) -> set[int]:
        """Whom it names."""
        numbers = [n for n, column in enumerate(self.columns) if column.shape is Shape.RESIDENT]
        return {int(row[n] or 0) for row in self.rows for n in numbers} - {0}


class SheetFile(msgspec.Struct, frozen=True):
    """A report as JSON: each row, and the total if there is one, by the codes of its columns."""

    report: str
    rows: list[dict[str, Cell]]
    total: dict[str, Cell]


def said(column: Column, cell: Cell, words: Mapping[str, str], gettext: Gettext) -> Value:
    """What a file shows of a cell that belongs to no site."""
    if cell is None:
        return ""
    match column.shape:
        case Shape.FEN:
            return files.yuan(int(cell))
        case Shape.WH:
            return Decimal(cell).scaleb(-3)
        case Shape.WORD:
            return gettext(words[str(cell)]) if cell in words else str(cell)
    return cell


def as_json(sheet: Sheet) -> bytes:
    codes = [column.code for column in sheet.columns]
    file = SheetFile(
        sheet.code,
        [dict(zip(codes, row, strict=True)) for row in sheet.rows],
        dict(zip(codes, sheet.total, strict=True)) if sheet.total else {},
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def as_csv(sheet: Sheet, names: Names) -> bytes:
    """The mark in front is for Excel."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_code(column) for column in sheet.columns])
    for row in sheet.rows:
        cells = _cells(sheet, row, names, plain)
        writer.writerow([files.unformulated(each) if isinstance(each, str) else each for each in cells])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet, names: Names, gettext: Gettext) -> bytes:
    book = files.new_workbook()
    files.sheet(book, gettext(sheet.title)[:31], _lines(sheet, names, gettext))
    return files.workbook_bytes(book)


def _lines(sheet: Sheet, names: Names, gettext: Gettext) -> Iterator[Sequence[Value]]:
    yield [gettext(column.words) for column in sheet.columns]
    for row in sheet.rows:
        yield _cells(sheet, row, names, gettext, titled=True)
    if sheet.total:
        yield _cells(sheet, sheet.total, names, gettext)


def export(sheet: Sheet, file_format: str, names: Names, gettext: Gettext) -> bytes:
    """The sheet as `json`, `csv` or `xlsx`."""
    if file_format == "json":
        return as_json(sheet)
    return as_csv(sheet, names) if file_format == "csv" else as_xlsx(sheet, names, gettext)


def plain(text: str) -> str:
    """For programs, which go by the codes."""
    return text


def _cells(
    sheet: Sheet, row: Sequence[Cell], names: Names, gettext: Gettext, *, titled: bool = False
) -> list[Value]:
    words = {} if gettext is plain else sheet.words
    zone = names.time_zones.get(_site_in(sheet, row), "")
    cells: list[Value] = []
    for column, cell in zip(sheet.columns, row, strict=True):
        if column.shape is Shape.TIME and isinstance(cell, int):
            cells.append(formats.local(cell, zone).strftime("%Y-%m-%d %H:%M:%S"))
        elif column.shape is Shape.SITE and titled:
            cells.append(names.site(str(cell)))
        else:
            cells.append(said(column, cell, words, gettext))
    return cells


def _site_in(sheet: Sheet, row: Sequence[Cell]) -> str:
    """Where a row belongs."""
    places = (cell for column, cell in zip(sheet.columns, row, strict=True) if column.shape is Shape.SITE)
    return str(next(places, ""))


def _code(column: Column) -> str:
    """With the unit that the file shows."""
    return column.code.replace("_fen", "_yuan").removesuffix("_wh") + (
        "_kwh" if column.shape is Shape.WH else ""
    )
