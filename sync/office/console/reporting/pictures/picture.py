"""What a picture is: a report, and which of its columns are drawn. Services bring theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from kiosk.catalogue.contact import Heard
from sync.office.console.names import Names
from sync.office.console.reporting.sheets import Cell, Gettext, Shape, Sheet, said
from sync.office.people.access.areas import Area
from sync.office.people.access.permissions import Permission

MOST_SERIES = 6  # what differs by its pattern as well as by its colour


@dataclass(frozen=True, slots=True)
class PictureAsked:
    """Both days included; an empty site: all of the area."""

    first_day: date
    last_day: date
    site: str
    area: Area
    now: Heard

    def has(self, site: str) -> bool:
        return self.site in ("", site) and self.area.has(site)


@dataclass(frozen=True, slots=True)
class Picture:
    """Columns of the sheet by their codes: `along` stands below, `values` are drawn one on the other.

    `by`: a column by whose words a single value is cut into parts. `by_day`: it has days, each of which is
    drawn whether anything happened or not. `of_days`: it can be asked of other days than now.
    """

    code: str
    title: str
    needs: Permission
    sheet: Callable[[sa.Connection, int, PictureAsked, Names], Sheet]
    along: str
    values: Sequence[str]
    by: str = ""
    by_day: bool = True
    of_days: bool = True


@dataclass(frozen=True, slots=True)
class Bars:
    """What is drawn: for each place along, what each part comes to. Nothing is below zero here."""

    along: Sequence[str]
    parts: Sequence[str]
    amounts: Sequence[Sequence[int]]  # by place, then by part
    shape: Shape

    @property
    def highest(self) -> int:
        return max((sum(each) for each in self.amounts), default=0)


def bars(picture: Picture, sheet: Sheet, asked: PictureAsked, names: Names, gettext: Gettext) -> Bars:
    """The sheet's rows, added up by what is drawn."""
    columns = {each.code: n for n, each in enumerate(sheet.columns)}

    def word(code: str, row: Sequence[Cell]) -> str:
        column, cell = sheet.columns[columns[code]], row[columns[code]]
        if column.shape is Shape.SITE:
            return names.site(str(cell))
        return str(said(column, cell, sheet.words, gettext))

    labels = {code: gettext(sheet.columns[columns[code]].words) for code in picture.values}
    sums: dict[str, dict[str, int]] = {each: {} for each in _days(asked)} if picture.by_day else {}
    parts: dict[str, None] = {} if picture.by else dict.fromkeys(labels.values())
    for row in sheet.rows:
        here = sums.setdefault(word(picture.along, row), {})
        for code in picture.values:
            part = word(picture.by, row) if picture.by else labels[code]
            parts.setdefault(part)
            here[part] = here.get(part, 0) + max(int(row[columns[code]] or 0), 0)
    in_order = [gettext(each) for each in sheet.words.values()]
    known = sorted(parts, key=lambda part: in_order.index(part) if part in in_order else len(in_order))
    shown = _largest(known, sums, gettext)
    amounts = [[_of(here, part, shown) for part in shown] for here in sums.values()]
    return Bars(list(sums), list(shown), amounts, sheet.columns[columns[picture.values[0]]].shape)


def _largest(parts: list[str], sums: Mapping[str, Mapping[str, int]], gettext: Gettext) -> list[str]:
    """As many as can be told apart; the rest are one."""
    if len(parts) <= MOST_SERIES:
        return parts
    total = {part: sum(here.get(part, 0) for here in sums.values()) for part in parts}
    kept = sorted(parts, key=lambda part: -total[part])[: MOST_SERIES - 1]
    return [*(part for part in parts if part in kept), gettext("Others")]


def _of(here: Mapping[str, int], part: str, shown: Sequence[str]) -> int:
    if part in here or part != shown[-1]:
        return here.get(part, 0)
    return sum(amount for name, amount in here.items() if name not in shown)


def _days(asked: PictureAsked) -> list[str]:
    count = (asked.last_day - asked.first_day).days + 1
    return [(asked.first_day + timedelta(days=n)).isoformat() for n in range(count)]
