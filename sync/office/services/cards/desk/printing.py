"""Sheets of QR cards as PDF: A4, ten cards of the size of a bank card, marks to cut along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import qrcode
import qrcode.constants

from kiosk.plain.qr import QUIET_ZONE_MODULES
from sync.office.console.reporting import paper

if TYPE_CHECKING:
    from fpdf import FPDF

COLUMNS, ROWS = 2, 5
WIDTH_MM, HEIGHT_MM = 85.6, 54.0  # ISO/IEC 7810, ID-1
LEFT_MM, TOP_MM = (210 - COLUMNS * WIDTH_MM) / 2, (297 - ROWS * HEIGHT_MM) / 2
MARK_MM, APART_MM, EDGE_MM = 4.0, 1.0, 4.0
CODE_MM = HEIGHT_MM - 2 * EDGE_MM
NAME_PT, NUMBER_PT, SMALL_PT = 24.0, 16.0, 9.0


@dataclass(frozen=True, slots=True)
class PaperCard:
    """What stands on one; `code` is what its QR code says."""

    name: str
    number: str
    site: str
    code: str


def sheets_pdf(cards: Sequence[PaperCard]) -> bytes:
    """As many pages as they need. Raises `FontMissing`."""
    pdf = paper.empty()
    for start in range(0, len(cards), COLUMNS * ROWS):
        pdf.add_page()
        _cut_marks(pdf)
        for card, (x_mm, y_mm) in zip(cards[start:], _places(), strict=False):
            _draw(pdf, card, x_mm, y_mm)
    return bytes(pdf.output())


def _places() -> Iterator[tuple[float, float]]:
    for row in range(ROWS):
        for column in range(COLUMNS):
            yield LEFT_MM + column * WIDTH_MM, TOP_MM + row * HEIGHT_MM


def _cut_marks(pdf: FPDF) -> None:
    """Outside of the cards, at every line between them."""
    pdf.set_line_width(0.2)
    right_mm, bottom_mm = LEFT_MM + COLUMNS * WIDTH_MM, TOP_MM + ROWS * HEIGHT_MM
    for column in range(COLUMNS + 1):
        x_mm = LEFT_MM + column * WIDTH_MM
        pdf.line(x_mm, TOP_MM - APART_MM - MARK_MM, x_mm, TOP_MM - APART_MM)
        pdf.line(x_mm, bottom_mm + APART_MM, x_mm, bottom_mm + APART_MM + MARK_MM)
    for row in range(ROWS + 1):
        y_mm = TOP_MM + row * HEIGHT_MM
        pdf.line(LEFT_MM - APART_MM - MARK_MM, y_mm, LEFT_MM - APART_MM, y_mm)
        pdf.line(right_mm + APART_MM, y_mm, right_mm + APART_MM + MARK_MM, y_mm)


def _draw(pdf: FPDF, card: PaperCard, x_mm: float, y_mm: float) -> None:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE_MODULES)
    code.add_data(card.code)
    drawn = code.make_image().get_image()
    pdf.image(drawn, x_mm, y_mm + EDGE_MM, CODE_MM, CODE_MM)
    beside_mm, width_mm = x_mm + CODE_MM, WIDTH_MM - CODE_MM - EDGE_MM
    lines = ((card.name, NAME_PT, 14), (f"No. {card.number}", NUMBER_PT, 27), (card.site, SMALL_PT, 42))
    for text, size_pt, down_mm in lines:
        paper.write(pdf, text, size_pt, beside_mm, y_mm + down_mm, width_mm)
