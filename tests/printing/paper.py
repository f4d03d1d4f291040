"""Paper as it comes out of a printer, drawn to be looked at."""

from __future__ import annotations

import qrcode
from PIL import Image, ImageDraw, ImageFont

from drivers.sim.printing.paper import Printed, Square, read

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
COLUMN_DOTS, LINE_DOTS, MARGIN_DOTS = 12, 30, 24
SIMPLIFIED = 2  # of the fonts in the file


def draw(slip: bytes, width: int) -> Image.Image:
    """A picture of a slip on paper of `width` columns, as large as its dots."""
    parts = [_picture(each, width) for each in read(slip)]
    paper = Image.new("L", (width * COLUMN_DOTS, sum(each.height for each in parts)), 255)
    top = 0
    for each in parts:
        paper.paste(each, (0, top))
        top += each.height
    framed = Image.new("L", (paper.width + 2 * MARGIN_DOTS, paper.height + 3 * MARGIN_DOTS), 255)
    framed.paste(paper, (MARGIN_DOTS, MARGIN_DOTS))
    return framed


def _picture(part: Printed, width: int) -> Image.Image:
    if isinstance(part, Square):
        return _draw_square(part, width)
    times = 2 if part.large else 1
    row = Image.new("L", (width * COLUMN_DOTS, LINE_DOTS * times), 255)
    x = (width - part.columns) // 2 * COLUMN_DOTS if part.centred else 0
    font = ImageFont.truetype(FONT, 2 * COLUMN_DOTS * times, index=SIMPLIFIED)
    for letter in part.text:
        wide = len(letter.encode("gb18030")) * COLUMN_DOTS * times
        ImageDraw.Draw(row).text((x + wide / 2, -4 * times), letter, font=font, anchor="ma")
        x += wide
    return row


def _draw_square(square: Square, width: int) -> Image.Image:
    code = qrcode.QRCode(box_size=square.dots, border=1, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(square.text)
    drawn = code.make_image().get_image().convert("L")
    assert drawn.width <= width * COLUMN_DOTS, "a code wider than the paper is not printed at all"
    row = Image.new("L", (width * COLUMN_DOTS, drawn.height), 255)
    row.paste(drawn, ((row.width - drawn.width) // 2, 0))
    return row
