"""What files for download have in common: how they go out, amounts in yuan, texts that stay texts, sheets.

Texts that came from a kiosk are written as texts even where they look like a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:  # it takes an eighth of the time in which an office starts, and only a sheet needs it
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

Value = str | int | Decimal

MEDIA_TYPES = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attached(content: str | bytes | Iterator[bytes], name: str) -> Response:
    """A file to be kept under this name, which says what it is: one of `MEDIA_TYPES`, or plain text."""
    return Response(
        content,
        content_type=MEDIA_TYPES.get(name.rpartition(".")[2], "text/plain; charset=utf-8"),
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def unformulated(text: str) -> str:
    """For a CSV file, in which no program shall find a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def new_workbook() -> Workbook:
    """For sheets that are written from the top down."""
    from openpyxl import Workbook

    return Workbook(write_only=True)


def sheet(book: Workbook, title: str, rows: Iterable[Sequence[Value]]) -> None:
    from openpyxl.styles import Font

    made = book.create_sheet(title)
    made.freeze_panes = "A2"
    for column in "ABCDEFGHIJKLMNOP":
        made.column_dimensions[column].width = 16
    written = [[_cell(made, value) for value in row] for row in rows]
    for cell in (*written[0], *written[-1]):
        cell.font = Font(bold=True)
    for row in written:
        made.append(row)


def workbook_bytes(book: Workbook) -> bytes:
    """The same bytes for the same sheets whenever they are made: neither the hour nor the zone is in them."""
    book.properties.created = book.properties.modified = _LONG_AGO
    made, steady = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as written:
        for name in parts.namelist():
            content = _SAVED_AT.sub(_LONG_AGO.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), parts.read(name))
            written.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()


_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)
_SAVED_AT = re.compile(rb"(?<=\"dcterms:W3CDTF\">)[^<]*")


def _cell(sheet: object, value: Value) -> WriteOnlyCell:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula
    elif isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    return cell
