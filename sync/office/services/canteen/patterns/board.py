"""The sheet of a month that a canteen hangs up for everybody: meals, money, and who paid the subsidies.

From the sums of the meals report, and of nothing else. It says of itself whether all has arrived.
"""

from __future__ import annotations

import calendar
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_babel import gettext

from sync.office.books.arrivals import StillOut, missing
from sync.office.console import formats
from sync.office.console.names import Names
from sync.office.console.reporting import paper
from sync.office.people.access.areas import Area
from sync.office.services.canteen.reports import ExtrasLine, MealFigures, MealLine, added_up, meals_report

if TYPE_CHECKING:
    from fpdf import FPDF

A4_WIDTH_MM = 210.0
PAPERS = {"A4": 1.0, "A3": 2**0.5}  # by how much larger than A4


@dataclass(frozen=True, slots=True)
class Board:
    """One site's month. `missing`: kiosks from which something may still come; `is_over`: the month is."""

    site: str
    first_day: date
    last_day: date
    lines: Sequence[MealLine]
    extras: Sequence[ExtrasLine]
    total: MealFigures
    missing: Sequence[StillOut]
    is_over: bool
    holds: bool

    @property
    def is_all(self) -> bool:
        """Whether it may say so: the month is over, every kiosk has told its records, and the sums agree."""
        return self.is_over and self.holds and not self.missing


def board_of(connection: sa.Connection, region_id: int, site: str, month: date, names: Names) -> Board:
    """`month`: any day of it. `connection` should be a snapshot."""
    first_day = month.replace(day=1)
    last_day = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    report = meals_report(connection, region_id, first_day, last_day)
    lines = [each for each in report.lines if each.site == site]
    zone = names.time_zones.get(site, "")
    ends_ms = formats.midnight_ms(last_day + timedelta(days=1), zone)
    return Board(
        site,
        first_day,
        last_day,
        lines,
        [each for each in report.extras if each.site == site],
        added_up(each.figures for each in lines),
        missing(connection, region_id, ends_ms, Area(frozenset({site}))),
        formats.today(zone) > last_day,
        report.proof.holds,
    )


def as_pdf(shown: Board, names: Names, size: str) -> bytes:
    """One sheet. Raises `paper.FontMissing`."""
    pdf = paper.empty(size)
    pdf.add_page()
    sheet = _Sheet(pdf, PAPERS[size])
    month = shown.first_day.strftime("%Y-%m")
    sheet.line(names.site(shown.site), 30)
    sheet.line(gettext("Meals and money of %(month)s", month=month), 20)
    sheet.gap(4)
    sheet.bars(_by_day(shown))
    sheet.head(gettext("Portions"))
    for meal, portions in _counted((names.meal(each.meal), each) for each in shown.lines):
        sheet.row(meal, f"{portions:,}")
    for band, portions in _counted((gettext("Age %(band)s", band=each.band), each) for each in shown.lines):
        sheet.row(band, f"{portions:,}")
    sheet.row(gettext("Total"), f"{shown.total.portions:,}")
    sheet.head(gettext("Money, yuan"))
    sheet.row(gettext("Full price"), formats.yuan(shown.total.full_fen))
    sheet.row(gettext("Paid by residents"), formats.yuan(shown.total.own_fen))
    for claim in shown.total.claims:
        sheet.row(names.programme(claim.programme), formats.yuan(claim.fen))
    if shown.total.other_fen:
        sheet.row(gettext("Other"), formats.yuan(shown.total.other_fen))
    sheet.row(gettext("Guests and extras"), formats.yuan(sum(each.fen for each in shown.extras)))
    sheet.gap(6)
    for words in said_of(shown):
        sheet.line(words, 11)
    target = io.BytesIO()
    pdf.output(target)
    return target.getvalue()


def said_of(shown: Board) -> list[str]:
    """What the sheet says of itself, a line each."""
    if shown.is_all:
        return [gettext("All records of the month have arrived, and they agree with the books.")]
    found = []
    if not shown.is_over:
        found.append(gettext("The month is not over: as of %(day)s.", day=formats.today()))
    if not shown.holds:
        found.append(gettext("The figures do not agree with the books yet."))
    for each in shown.missing:
        found.append(gettext("Not all has arrived of %(kiosk)s; there may be more.", kiosk=each.kiosk))
    return found


def _counted(several: Iterable[tuple[str, MealLine]]) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for name, line in several:
        found[name] += line.figures.portions
    return sorted(found.items())


def _by_day(shown: Board) -> list[int]:
    portions: Counter[date] = Counter()
    for each in shown.lines:
        portions[each.day] += each.figures.portions
    count = (shown.last_day - shown.first_day).days + 1
    return [portions[shown.first_day + timedelta(days=n)] for n in range(count)]


class _Sheet:
    """Written from the top down, in millimetres of A4 made as large as the paper is."""

    def __init__(self, pdf: FPDF, scale: float) -> None:
        self._pdf, self._scale, self._y_mm = pdf, scale, 18.0

    def line(self, words: str, size_pt: float) -> None:
        self._y_mm += size_pt * 0.36
        self._write(words, size_pt, 18, A4_WIDTH_MM - 36)
        self._y_mm += size_pt * 0.2

    def gap(self, mm: float) -> None:
        self._y_mm += mm

    def head(self, words: str) -> None:
        self.gap(5)
        self.line(words, 16)
        self._rule()

    def row(self, words: str, figure: str) -> None:
        self._y_mm += 7
        self._write(words, 14, 18, 110)
        self._pdf.set_font("noto", size=14 * self._scale)
        width = self._pdf.get_string_width(figure) / self._scale
        self._write(figure, 14, A4_WIDTH_MM - 18 - width, width + 1)

    def bars(self, amounts: Sequence[int]) -> None:
        """Portions by day, with the day below every fifth."""
        high, room = 34.0, (A4_WIDTH_MM - 36) / len(amounts)
        top = max(*amounts, 1)
        self._y_mm += high
        self._pdf.set_fill_color(10, 85, 55)
        for n, amount in enumerate(amounts):
            tall, x = high * amount / top, 18 + room * n
            left, up, wide = x + room * 0.15, self._y_mm - tall, room * 0.7
            by = self._scale
            self._pdf.rect(left * by, up * by, wide * by, tall * by, style="F")
            if n % 5 == 0:
                self._pdf.set_font("noto", size=9 * self._scale)
                self._pdf.text(x * self._scale, (self._y_mm + 5) * self._scale, str(n + 1))
        self._rule()
        self.gap(6)

    def _rule(self) -> None:
        y = self._y_mm * self._scale
        self._pdf.line(18 * self._scale, y, (A4_WIDTH_MM - 18) * self._scale, y)

    def _write(self, words: str, size_pt: float, x_mm: float, width_mm: float) -> None:
        place = (x_mm * self._scale, self._y_mm * self._scale, width_mm * self._scale)
        paper.write(self._pdf, words, size_pt * self._scale, *place)
