"""From a file to rows of texts. A cell that spans several rows stands in each of them, as people read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from kiosk.plain.refusals import Refusal

EXACT_DIGITS = 15  # of a number that Excel keeps; what is longer has lost its last ones
LOST = "\ufffd"  # stands before a number that is no longer what was typed
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xls
_ENCODINGS = ("utf-8-sig", "gb18030")


class NoSheet(Refusal):
    """Neither Excel nor CSV, or damaged."""

    code = "no_sheet"


def rows(content: bytes) -> Iterator[Sequence[str]]:
    """The rows of the first sheet that has any. Raises `NoSheet`."""
    return _of_excel(content) if content.startswith(_EXCEL) else _of_csv(content)


def _of_csv(content: bytes) -> Iterator[Sequence[str]]:
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise NoSheet
    if "\0" in text:
        raise NoSheet
    comma = "\t" if text.count("\t") > text.count(",") else ","
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    except csv.Error as error:
        raise NoSheet from error


def _of_excel(content: bytes) -> Iterator[Sequence[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [each.name for each in book.sheets_metadata if "Visible" in str(each.visible)]
        for name in names or book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                yield from _filled(sheet)
                return
    except (CalamineError, OSError, ValueError) as error:
        raise NoSheet from error


def _filled(sheet: Any) -> Iterator[Sequence[str]]:
    """`merged_cell_ranges` are ((first row, first column), (last row, last column)), counted from 0."""
    tall = [(first, last) for first, last in sheet.merged_cell_ranges or () if last[0] > first[0]]
    standing: dict[int, tuple[int, str]] = {}  # column -> until which row, and what stands there
    begins: dict[int, list[tuple[int, int]]] = {}
    for first, last in tall:
        begins.setdefault(first[0], []).append((first[1], last[0]))
    top = (sheet.start or (0, 0))[0]
    if top:
        yield from ([] for _ in range(top))
    left = (sheet.start or (0, 0))[1]
    for number, row in enumerate(sheet.iter_rows(), start=top):
        texts = [""] * left + [as_text(each) for each in row] if number >= top else []
        for column, until in begins.get(number, ()):
            if column < len(texts):
                standing[column] = until, texts[column]
        for column, (until, said) in standing.items():
            if number <= until and column < len(texts) and not texts[column]:
                texts[column] = said
        yield texts


def as_text(value: object) -> str:
    """As it was typed, as far as Excel still knows."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        whole = int(value) if value.is_integer() else None
        if whole is None:
            return repr(value)
        return str(whole) if abs(whole) < 10**EXACT_DIGITS else f"{LOST}{whole}"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**EXACT_DIGITS else f"{LOST}{value}"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value).strip()
