"""What files for download have in common: amounts in yuan, texts that stay texts, and sheets.

Texts that came from a kiosk are written as texts even where they look like a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Value = str | int | Decimal

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def unformulated(text: str) -> str:
    """For a CSV file, in which no program shall find a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def sheet(book: Workbook, title: str, rows: Iterable[Sequence[Value]]) -> None:
    made = book.create_sheet(title)
    made.freeze_panes = "A2"
    for column in "ABCDEFGHIJKLMNOP":
        made.column_dimensions[column].width = 16
    written = [[_cell(made, value) for value in row] for row in rows]
    for cell in (*written[0], *written[-1]):
        cell.font = Font(bold=True)
    for row in written:
        made.append(row)


def _cell(sheet: object, value: Value) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula
    elif isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    return cell
