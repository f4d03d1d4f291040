"""Meals as pictures: by day and meal, by age band and site, who paid, and when the queue is long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.services.canteen.tables import servings
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reporting.pictures.picture import Picture, PictureAsked
from sync.office.console.reporting.sheets import Cell, Column, Shape, Sheet
from sync.office.people.access.areas import EVERYWHERE
from sync.office.people.access.permissions import Permission
from sync.office.services.canteen.reports import meals_report

QUARTER_MS = 15 * 60_000
NONE = _("No meals in these days.")

SERVED = (
    Column("day", _("Day"), Shape.TEXT),
    Column("site", _("Site"), Shape.SITE),
    Column("meal", _("Meal"), Shape.WORD),
    Column("band", _("Age"), Shape.TEXT),
    Column("portions", _("Portions"), Shape.COUNT),
    Column("own_fen", _("Paid by residents"), Shape.FEN),
    Column("subsidy_fen", _("Subsidy"), Shape.FEN),
)
BUDGETS = (
    Column("programme", _("Programme"), Shape.WORD),
    Column("paid_fen", _("Paid this year, yuan"), Shape.FEN),
    Column("left_fen", _("Left of the budget, yuan"), Shape.FEN),
    Column("budget_fen", _("Budget of a year, yuan"), Shape.FEN),
)
QUEUE = (
    Column("quarter", _("Quarter of an hour"), Shape.TEXT),
    Column("site", _("Site"), Shape.SITE),
    Column("meal", _("Meal"), Shape.WORD),
    Column("portions", _("Portions"), Shape.COUNT),
)


def served(connection: sa.Connection, region_id: int, asked: PictureAsked, names: Names) -> Sheet:
    """Portions, what residents paid of them and what others did, net of what was undone."""
    s = servings.c
    sums = (_sum(s.served), _sum(s.own_fen), _sum(s.full_fen - s.own_fen))
    place = (s.day, s.site, s.meal, s.band)
    query = sa.select(*place, *sums).where(*_wanted(region_id, asked)).group_by(*place)
    found = sorted((*row,) for row in connection.execute(query))
    total = [sum(row[n] for row in found) for n in (4, 5, 6)]
    rows: list[tuple[Cell, ...]] = list(found)
    return Sheet("meals_drawn", _("Meals"), NONE, SERVED, rows, ("", "", "", "", *total), dict(names.meals))


def queue(connection: sa.Connection, region_id: int, asked: PictureAsked, names: Names) -> Sheet:
    """Portions handed out by the quarter of an hour of the site's clock, over all of these days."""
    s = servings.c
    quarter = s.wall_ms.op("/")(QUARTER_MS)  # of whole numbers, as both databases divide them
    query = (
        sa.select(s.site, s.meal, quarter.label("quarter"), _sum(s.served))
        .where(*_wanted(region_id, asked), s.served > 0)
        .group_by(s.site, s.meal, quarter)
    )
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for site, meal, number, portions in connection.execute(query):
        at = formats.local(int(number) * QUARTER_MS, names.time_zones.get(site, ""))
        found[f"{at:%H:%M}", site, meal] += portions
    rows: list[tuple[Cell, ...]] = [(*place, portions) for place, portions in sorted(found.items())]
    return Sheet("queue", _("Queue by quarter of an hour"), NONE, QUEUE, rows, words=dict(names.meals))


def budgets(connection: sa.Connection, region_id: int, asked: PictureAsked, names: Names) -> Sheet:
    """What each programme pays of the year up to the last day asked for, and what is left of its budget.

    A programme pays for the whole region: whoever sees a part of it sees none of this.
    """
    rows: list[tuple[Cell, ...]] = []
    if asked.area == EVERYWHERE:
        first_day = asked.last_day.replace(month=1, day=1)
        paid = meals_report(connection, region_id, first_day, asked.last_day).total
        for each in current_values(connection, region_id, Kind.PROGRAMME):
            fen = paid.claimed_fen(each.name)
            rows.append((each.name, fen, max(0, each.budget_fen - fen), each.budget_fen))
    return Sheet("budgets", _("Subsidies and budgets"), NONE, BUDGETS, rows, words=dict(names.programmes))


def _wanted(region_id: int, asked: PictureAsked) -> Iterator[sa.ColumnElement[bool]]:
    s = servings.c
    yield s.region_id == region_id
    yield s.day.between(asked.first_day.isoformat(), asked.last_day.isoformat())
    yield asked.area.holds(s.site)
    if asked.site:
        yield s.site == asked.site


def _sum(column: sa.ColumnElement[int]) -> sa.Cast[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)


PICTURES = (
    Picture("meals", _("Meals by day"), Permission.SEE_MONEY, served, "day", ("portions",), "meal"),
    Picture("bands", _("Meals by age"), Permission.SEE_MONEY, served, "day", ("portions",), "band"),
    Picture("meal-sites", _("Meals by site"), Permission.SEE_MONEY, served, "day", ("portions",), "site"),
    Picture("payers", _("Who pays"), Permission.SEE_MONEY, served, "day", ("own_fen", "subsidy_fen")),
    Picture(
        "budgets",
        _("Subsidies and budgets"),
        Permission.SEE_MONEY,
        budgets,
        "programme",
        ("paid_fen", "left_fen"),
        by_day=False,
    ),
    Picture(
        "queue",
        _("Queue by quarter of an hour"),
        Permission.SEE_MONEY,
        queue,
        "quarter",
        ("portions",),
        "meal",
        by_day=False,
    ),
)
