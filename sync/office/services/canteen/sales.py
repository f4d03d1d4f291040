"""What canteens sold, as clerks look it up: by day, by receipt, by resident. The latest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kiosk.ledger.records import Chained, decode
from kiosk.ledger.tables import records
from kiosk.services.canteen.tables import servings
from sync.office.console.lists import same
from sync.office.services.canteen.tables import extra_sales

SALES_PER_PAGE = 100
EXTRAS_SHOWN = 500


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
class Sale:
    """One portion, as its receipt shows it."""

    wall_ms: int
    receipt: str  # seq-hash
    resident_id: int
    site: str
    day: date
    meal: str
    band: str
    portion: int
    full_fen: int
    own_fen: int

    @property
    def subsidy_fen(self) -> int:
        return self.full_fen - self.own_fen


@dataclass(frozen=True, slots=True)
class ExtraSale:
    """Guests' meals and products of one receipt; below zero what was given back."""

    wall_ms: int
    receipt: str  # seq-hash
    resident_id: int  # 0: paid in cash
    site: str
    day: date
    meal: str  # empty: between meals
    guests: int
    fen: int


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


def sales(connection: sa.Connection, region_id: int, wanted: SalesFilter, page: int = 0) -> list[Sale]:
    """One page of sales, latest first."""
    shown = (
        sa.select(servings)
        .where(*wanted.conditions(region_id))
        .order_by(*_latest_first(servings))
        .limit(SALES_PER_PAGE)
        .offset(page * SALES_PER_PAGE)
        .subquery()
    )
    rows = connection.execute(
        sa.select(shown, records.c.raw, records.c.hash)
        .join_from(shown, records, same(shown, records, "journal_id") & (records.c.seq == shown.c.seq))
        .order_by(*_latest_first(shown))
    )
    return [
        Sale(
            wall_ms=row.wall_ms,
            receipt=Chained(decode(row.raw), row.hash).receipt,
            resident_id=row.resident_id,
            site=row.site,
            day=date.fromisoformat(row.day),
            meal=row.meal,
            band=row.band,
            portion=row.portion,
            full_fen=row.full_fen,
            own_fen=row.own_fen,
        )
        for row in rows
    ]


def last_day(connection: sa.Connection, region_id: int, site: str) -> date | None:
    """The latest day on which anything was served, at `site` or anywhere."""
    wanted = SalesFilter(site=site)
    last = [
        connection.execute(
            sa.select(sa.func.max(table.c.day)).where(*wanted.conditions(region_id, table))
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


def extras(connection: sa.Connection, region_id: int, wanted: SalesFilter) -> list[ExtraSale]:
    """What was sold beside residents' meals, latest first; the first `EXTRAS_SHOWN`."""
    e = extra_sales.c
    rows = connection.execute(
        sa.select(extra_sales, records.c.raw, records.c.hash)
        .join(records, same(extra_sales, records, "journal_id") & (records.c.seq == e.seq))
        .where(*wanted.conditions(region_id, extra_sales))
        .order_by(*_latest_first(extra_sales))
        .limit(EXTRAS_SHOWN)
    )
    return [
        ExtraSale(
            wall_ms=row.wall_ms,
            receipt=Chained(decode(row.raw), row.hash).receipt,
            resident_id=row.resident_id,
            site=row.site,
            day=date.fromisoformat(row.day),
            meal=row.meal,
            guests=row.guests,
            fen=row.fen,
        )
        for row in rows
    ]


def _latest_first(table: sa.FromClause) -> tuple[sa.ColumnElement[object], ...]:
    return table.c.wall_ms.desc(), table.c.journal_id, table.c.seq.desc()


def _sum(column: sa.Column[int]) -> sa.Cast[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)
