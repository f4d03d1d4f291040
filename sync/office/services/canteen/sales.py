"""What was sold, receipt by receipt and in sums: residents' meals, and what was sold beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from kiosk.ledger.records import Chained, decode
from kiosk.ledger.tables import records
from kiosk.services.canteen.tables import servings
from sync.office.services.canteen.tables import extra_sales
from sync.office.store.rows import same

SALES_PER_PAGE = 100
EXTRAS_SHOWN = 500
NEAR = timedelta(days=31)  # the latest sale is looked for here first


@dataclass(frozen=True, slots=True)
class SiteDay:
    """One site's portions and money on one day, and what was sold beside them."""

    site: str
    portions: int
    full_fen: int
    own_fen: int
    guests: int = 0
    extras_fen: int = 0

    @property
    def subsidy_fen(self) -> int:
        return self.full_fen - self.own_fen

    @property
    def together_fen(self) -> int:
        return self.full_fen + self.extras_fen


@dataclass(frozen=True, slots=True)
class Sold:
    """What one receipt says of itself."""

    wall_ms: int
    receipt: str  # seq-hash
    resident_id: int  # 0: paid in cash
    site: str
    day: date
    meal: str  # empty: between meals


@dataclass(frozen=True, slots=True)
class Sale(Sold):
    """One portion."""

    band: str
    portion: int
    full_fen: int
    own_fen: int

    @property
    def subsidy_fen(self) -> int:
        return self.full_fen - self.own_fen


@dataclass(frozen=True, slots=True)
class ExtraSale(Sold):
    """Guests' meals and products; below zero what was given back."""

    guests: int
    fen: int


@dataclass(frozen=True, slots=True)
class SalesFilter:
    """Which sales to show; no site means all, no day means any."""

    site: str = ""
    day: date | None = None
    resident_id: int | None = None

    def conditions(self, region_id: int, table: sa.Table = servings) -> list[sa.ColumnElement[bool]]:
        """Of `servings` or of `extra_sales`."""
        wanted = [table.c.region_id == region_id]
        if self.site:
            wanted.append(table.c.site == self.site)
        if self.day is not None:
            wanted.append(table.c.day == self.day.isoformat())
        if self.resident_id is not None:
            wanted.append(table.c.resident_id == self.resident_id)
        return wanted


def site_days(connection: sa.Connection, region_id: int, days: Mapping[str, date]) -> list[SiteDay]:
    """What each site served on its own day; sites keep their local calendar."""
    s, e = servings.c, extra_sales.c
    meals = _by_site(connection, region_id, days, servings, _sum(s.served), _sum(s.full_fen), _sum(s.own_fen))
    beside = _by_site(connection, region_id, days, extra_sales, _sum(e.guests), _sum(e.fen))
    return [SiteDay(site, *meals.get(site, (0, 0, 0)), *beside.get(site, (0, 0))) for site in days]


def _by_site(
    connection: sa.Connection,
    region_id: int,
    days: Mapping[str, date],
    table: sa.Table,
    *sums: sa.Cast[int],
) -> dict[str, Sequence[int]]:
    t = table.c
    wanted = [(t.site == site) & (t.day == day.isoformat()) for site, day in days.items()]
    rows = connection.execute(
        sa.select(t.site, *sums).where(t.region_id == region_id, sa.or_(sa.false(), *wanted)).group_by(t.site)
    )
    return {site: figures for site, *figures in rows}


def sales(connection: sa.Connection, region_id: int, wanted: SalesFilter, page: int = 0) -> list[Sale]:
    """One page of sales, latest first."""
    place = (SALES_PER_PAGE, page * SALES_PER_PAGE)
    return [
        Sale(*sold, row.band, row.portion, row.full_fen, row.own_fen)
        for row, sold in _rows(connection, region_id, servings, wanted, *place)
    ]


def extras(connection: sa.Connection, region_id: int, wanted: SalesFilter) -> list[ExtraSale]:
    """What was sold beside residents' meals, latest first; the first `EXTRAS_SHOWN`."""
    found = _rows(connection, region_id, extra_sales, wanted, EXTRAS_SHOWN)
    return [ExtraSale(*sold, row.guests, row.fen) for row, sold in found]


def _rows(
    connection: sa.Connection,
    region_id: int,
    table: sa.Table,
    wanted: SalesFilter,
    limit: int,
    offset: int = 0,
) -> Iterator[tuple[Any, tuple[int, str, int, str, date, str]]]:
    """Rows of `servings` or `extra_sales`, latest first, each with the values of `Sold`."""
    shown = (
        sa.select(table)
        .where(*wanted.conditions(region_id, table))
        .order_by(*_latest_first(table))
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    rows = connection.execute(
        sa.select(shown, records.c.raw, records.c.hash)
        .join_from(shown, records, same(shown, records, "journal_id") & (records.c.seq == shown.c.seq))
        .order_by(*_latest_first(shown))
    )
    for row in rows:
        receipt = Chained(decode(row.raw), row.hash).receipt
        day = date.fromisoformat(row.day)
        yield row, (row.wall_ms, receipt, row.resident_id, row.site, day, row.meal)


def last_day(connection: sa.Connection, region_id: int, site: str, today: date) -> date:
    """The latest day on which anything was sold, at `site` or anywhere; today if nothing ever was."""
    return (
        _last_day(connection, region_id, site, today - NEAR)
        or _last_day(connection, region_id, site, date.min)
        or today
    )


def _last_day(connection: sa.Connection, region_id: int, site: str, since: date) -> date | None:
    wanted = SalesFilter(site=site)
    last = [
        connection.execute(
            sa.select(sa.func.max(table.c.day)).where(
                *wanted.conditions(region_id, table), table.c.day >= since.isoformat()
            )
        ).scalar()
        for table in (servings, extra_sales)
    ]
    day = max((each for each in last if each), default=None)
    return date.fromisoformat(day) if day else None


def sales_total(connection: sa.Connection, region_id: int, wanted: SalesFilter) -> SiteDay:
    """The sums over all pages of the same sales."""
    s, e = servings.c, extra_sales.c
    meals = sa.select(_sum(s.served), _sum(s.full_fen), _sum(s.own_fen))
    beside = sa.select(_sum(e.guests), _sum(e.fen))
    return SiteDay(
        wanted.site,
        *connection.execute(meals.where(*wanted.conditions(region_id))).one(),
        *connection.execute(beside.where(*wanted.conditions(region_id, extra_sales))).one(),
    )


def _latest_first(table: sa.FromClause) -> tuple[sa.ColumnElement[object], ...]:
    return table.c.wall_ms.desc(), table.c.journal_id, table.c.seq.desc()


def _sum(column: sa.Column[int]) -> sa.Cast[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)
