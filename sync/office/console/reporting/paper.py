"""Sheets of A4 as PDF, in the one font that has what stands on them.

The font is Debian's `fonts-noto-cjk`; of it a file takes along the characters that stand there.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.plain.refusals import Refusal

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
SIMPLIFIED = 2  # which of the fonts in that file
LEAST_PT = 8.0


class FontMissing(Refusal):
    """The office's machine has no font for Chinese."""

    code = "font_missing"
    package: str


def empty(size: str = "A4") -> FPDF:
    """Without a page yet. Raises `FontMissing`."""
    if not FONT.exists():
        raise FontMissing(package="fonts-noto-cjk")
    from fpdf import FPDF  # which takes time to load

    pdf = FPDF(format=size)
    pdf.set_auto_page_break(False)
    pdf.add_font("noto", fname=FONT, collection_font_number=SIMPLIFIED)
    return pdf


def write(pdf: FPDF, text: str, size_pt: float, x_mm: float, y_mm: float, width_mm: float) -> None:
    """As large as there is room for."""
    pdf.set_font("noto", size=size_pt)
    while pdf.get_string_width(text) > width_mm and size_pt > LEAST_PT:
        size_pt -= 1
        pdf.set_font("noto", size=size_pt)
    pdf.text(x_mm, y_mm, text)
