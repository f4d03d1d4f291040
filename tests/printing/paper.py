"""Paper as it comes out of a printer: its bytes read back into lines, and drawn to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import qrcode
from PIL import Image, ImageDraw, ImageFont

from drivers.sim.escpos import CODE, FEED, Command, commands_in

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
COLUMN_DOTS, LINE_DOTS, MARGIN_DOTS = 12, 30, 24
SIMPLIFIED = 2  # of the fonts in the file


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line."""

    text: str
    large: bool = False
    centred: bool = False

    @property
    def columns(self) -> int:
        """What it takes of the paper."""
        return len(self.text.encode("gb18030")) * (2 if self.large else 1)


@dataclass(frozen=True, slots=True)
class Square:
    """One printed QR code, `dots` to a module."""

    text: str
    dots: int


Printed = Row | Square


def read(slip: bytes) -> list[Printed]:
    """What stands on a slip. Fails on anything that is no command or no GB18030."""
    return list(_Reader().read(slip))


def lines(slip: bytes) -> list[str]:
    """The printed lines, without the blanks that only place them."""
    return [each.text.strip() for each in read(slip) if isinstance(each, Row)]


def squares(slip: bytes) -> list[str]:
    """What the QR codes say."""
    return [each.text for each in read(slip) if isinstance(each, Square)]


class _Reader:
    def __init__(self) -> None:
        self._row = b""
        self._chinese = self._large = self._centred = False
        self._stored, self._dots = "", 0

    def read(self, slip: bytes) -> Iterator[Printed]:
        end = 0
        for command, end in commands_in(slip):  # noqa: B007  (looked at after the loop)
            yield from self._do(command)
        assert end == len(slip), "the slip ends in the middle of a command"

    def _do(self, command: Command) -> Iterator[Printed]:
        match command:
            case Command(b"", text):
                self._row += text
            case Command(b"\n"):
                assert command == FEED
                yield Row(self._text(), self._large, self._centred)
                self._row = b""
            case Command(b"\x1b@"):
                self.__init__()  # type: ignore[misc]
            case Command(b"\x1c&") | Command(b"\x1c."):
                self._chinese = command.name == b"\x1c&"
            case Command(b"\x1d!", size):
                self._large = size == b"\x11"
            case Command(b"\x1c!", size):
                assert (size == b"\x0c") is self._large, "Chinese letters are as large as the others"
            case Command(b"\x1ba", place):
                self._centred = place == b"\x01"
            case Command(name, arguments) if name == CODE:
                yield from self._code(arguments)

    def _text(self) -> str:
        assert self._chinese or self._row.isascii()
        return self._row.decode("gb18030")

    def _code(self, arguments: bytes) -> Iterator[Square]:
        """`cn fn ...` with cn 49: QR."""
        match arguments[:2]:
            case b"1C":
                self._dots = arguments[2]
            case b"1P":
                self._stored = arguments[3:].decode()
            case b"1Q":
                yield Square(self._stored, self._dots)


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
