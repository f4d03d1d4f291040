"""Faces for the demo's invented people: drawn by the number, and saying on the picture that they are drawn.

The same number has the same face for ever. Nobody sat for any of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from sync.demo.people import is_hers
from sync.office.importing.invented import Villager

WIDTH, HEIGHT = 240, 288
FINER = 2  # drawn so many times larger, for smooth edges
CJK_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")

_GROUNDS = ("#cfe0d6", "#d9dfe8", "#ead9c6", "#e3d6de", "#dde3cc", "#d6e2e6")
_SKINS = ("#f1cfae", "#e8bd97", "#dcab82", "#f4d8bd")
_CLOTHES = ("#2f5d50", "#7a3b2e", "#3d4f73", "#6b5a3a", "#5a3f66", "#8a6d2b", "#37474f")
_DARK, _GREY, _WHITE = "#2b2622", "#8d8a86", "#e9e6e0"
_INK, _FOLD = "#3a2c22", "#c08d64"

Point = tuple[float, float]


def draw_all(folder: Path, people: Iterable[Villager], today: date) -> None:
    """As pictures that the office imports like any others."""
    folder.mkdir(exist_ok=True)
    for each in people:
        (folder / f"{each.resident.id}.png").write_bytes(portrait(each, today))


def portrait(villager: Villager, today: date) -> bytes:
    """A PNG. Hair turns grey with age, wrinkles come, and some wear glasses."""
    resident = villager.resident
    face = _Face(
        random.Random(f"face {resident.id}"),  # noqa: S311  (nothing here is secret)
        age=today.year - resident.born.year,
        hers=is_hers(villager),
    )
    made = BytesIO()
    face.drawn().save(made, "PNG")
    return made.getvalue()


class _Face:
    """One face, feature by feature, in units of the finished picture."""

    def __init__(self, chance: random.Random, *, age: int, hers: bool) -> None:
        self._chance, self._age, self._hers = chance, age, hers
        self._image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), chance.choice(_GROUNDS))
        self._pen = ImageDraw.Draw(self._image)
        self._skin = chance.choice(_SKINS)
        self._hair = self._hair_colour()
        self._half = chance.uniform(56, 66)  # the width of the face, halved
        self._chin = chance.uniform(196, 208)
        self._is_bald = not hers and age > 62 and chance.random() < 0.4

    def drawn(self) -> Image.Image:
        if self._hers:
            self._long_hair()
        self._shoulders()
        self._head()
        self._hair_on_top()
        self._eyes()
        self._nose_and_mouth()
        self._wrinkles()
        if self._chance.random() < (0.55 if self._age > 60 else 0.25):
            self._glasses()
        if not self._hers and self._chance.random() < 0.2:
            self._beard()
        self._says_drawn()
        return self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)

    def _hair_colour(self) -> str:
        if self._age < 58:
            return _DARK
        return self._chance.choice((_GREY, _WHITE, _WHITE) if self._age > 72 else (_DARK, _GREY, _GREY))

    def _long_hair(self) -> None:
        """Behind the head: down to the chin, or further."""
        reach = self._chance.choice((178, 190, 232))
        self._ellipse(120 - self._half - 16, 52, 120 + self._half + 16, reach, self._hair)

    def _shoulders(self) -> None:
        clothes = self._chance.choice(_CLOTHES)
        self._shape([(100, 190), (140, 190), (146, 244), (94, 244)], self._skin)
        self._ellipse(18, 224, 222, 420, clothes)
        if self._chance.random() < 0.5:
            self._shape([(92, 228), (120, 262), (148, 228), (120, 236)], "#f5f1ea")

    def _head(self) -> None:
        self._ellipse(120 - self._half - 9, 124, 120 - self._half + 9, 156, self._skin)
        self._ellipse(120 + self._half - 9, 124, 120 + self._half + 9, 156, self._skin)
        self._ellipse(120 - self._half, 62, 120 + self._half, self._chin + 8, self._skin)

    def _hair_on_top(self) -> None:
        left, right = 120 - self._half - 4, 120 + self._half + 4
        if self._is_bald:
            for x in (left, right - 16):
                self._ellipse(x, 104, x + 16, 142, self._hair)
            return
        top = self._chance.uniform(46, 56)
        self._pie(left, top, right, top + 128, 180, 360, self._hair)
        line = top + 64
        if self._hers and self._chance.random() < 0.5:  # parted in the middle
            self._shape([(120, top + 22), (left + 14, line + 8), (right - 14, line + 8)], self._skin)
        elif self._hers and self._chance.random() < 0.5:  # curls
            for n in range(7):
                x = left - 4 + n * (right - left - 8) / 6
                self._ellipse(x - 8, line - 26, x + 22, line + 6, self._hair)
        else:  # combed to a side
            side = self._chance.choice((-1, 1))
            self._shape(
                [(120 + side * 46, line - 26), (120 - side * 52, line + 4), (120 + side * 52, line + 4)],
                self._skin,
            )

    def _eyes(self) -> None:
        y, apart = 134, self._chance.uniform(24, 29)
        brows = self._chance.uniform(14, 20)
        for side in (-1, 1):
            x = 120 + side * apart
            self._arc(x - 12, y - 5, x + 12, y + 11, 190, 350, _INK, 3)
            self._ellipse(x - 4, y - 3, x + 4, y + 5, _INK)
            colour = _INK if self._hair == _DARK else "#77706a"
            self._arc(x - 15, y - brows - 4, x + 15, y - brows + 14, 200, 340, colour, 4)

    def _nose_and_mouth(self) -> None:
        long = self._chance.uniform(22, 30)
        self._arc(108, 138 + long - 14, 132, 138 + long + 4, 30, 150, "#a8774f", 3)
        width, y = self._chance.uniform(17, 25), self._chin - 30
        smile = self._chance.uniform(12, 22)
        colour = "#a4473d" if self._hers else "#8f4c3f"
        self._arc(120 - width, y - smile, 120 + width, y + 4, 25, 155, colour, 4)

    def _wrinkles(self) -> None:
        lines = max(0, min(3, (self._age - 58) // 10))
        for n in range(lines):
            self._arc(94, 96 - n * 9, 146, 112 - n * 9, 205, 335, _FOLD, 2)
        if lines:
            self._arc(74, 148, 94, 158, 20, 160, _FOLD, 2)
            self._arc(146, 148, 166, 158, 20, 160, _FOLD, 2)
            self._arc(84, 152, 108, 190, 140, 215, _FOLD, 2)
            self._arc(132, 152, 156, 190, 325, 400, _FOLD, 2)

    def _glasses(self) -> None:
        colour = self._chance.choice(("#2b2622", "#6b4a2b", "#7d7f85"))
        round_ = self._chance.random() < 0.5
        for side in (-1, 1):
            x = 120 + side * 27
            box = (x - 22, 118, x + 22, 154)
            self._ring(*box, colour, 4, 22 if round_ else 8)
            self._line([(x + side * 22, 132), (120 + side * (self._half + 2), 128)], colour, 4)
        self._line([(115, 132), (125, 132)], colour, 4)

    def _beard(self) -> None:
        self._arc(98, self._chin - 46, 142, self._chin - 30, 200, 340, self._hair, 6)

    def _says_drawn(self) -> None:
        """In both languages where there is a font for it."""
        words, font = "drawn", ImageFont.load_default(17 * FINER)
        if CJK_FONT.exists():
            words, font = "画像 drawn", ImageFont.truetype(CJK_FONT, 17 * FINER)
        place = (WIDTH * FINER / 2, (HEIGHT - 12) * FINER)
        self._pen.text(place, words, fill="#ffffff", font=font, anchor="ms")

    def _ellipse(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self._pen.ellipse(_finer((left, top, right, bottom)), fill=colour)

    def _pie(
        self, left: float, top: float, right: float, bottom: float, start: float, end: float, colour: str
    ) -> None:
        self._pen.pieslice(_finer((left, top, right, bottom)), start, end, fill=colour)

    def _arc(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        start: float,
        end: float,
        colour: str,
        width: int,
    ) -> None:
        self._pen.arc(_finer((left, top, right, bottom)), start, end, fill=colour, width=width * FINER)

    def _ring(
        self, left: float, top: float, right: float, bottom: float, colour: str, width: int, radius: int
    ) -> None:
        box = _finer((left, top, right, bottom))
        self._pen.rounded_rectangle(box, radius * FINER, outline=colour, width=width * FINER)

    def _line(self, points: Sequence[Point], colour: str, width: int) -> None:
        self._pen.line([(x * FINER, y * FINER) for x, y in points], fill=colour, width=width * FINER)

    def _shape(self, points: Sequence[Point], colour: str) -> None:
        self._pen.polygon([(x * FINER, y * FINER) for x, y in points], fill=colour)


def _finer(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return left * FINER, top * FINER, right * FINER, bottom * FINER
