"""The meals report: what was served, who pays which part, and the proof that it agrees with the ledger.

Portions come from the servings, money from the postings: two paths through the same records, so that a fault
in either shows as a difference and not as a wrong payment. All sums are made by the database and the order
by Python, because databases disagree about the order of letters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import programme
from sync.office.console.names import Names

PROGRAMME_PREFIX = programme("")


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What one programme owes, and for how many portions."""

    programme: str
    portions: int
    fen: int


class MealFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Portions and who paid for them, what was given back taken off.

    `own_fen` is the residents' part, from their money or given as courtesy; `other_fen` is neither that nor a
    programme's: subsidies claimed twice, which the office bears.
    """

    portions: int
    full_fen: int
    own_fen: int
    subsidy_fen: int
    other_fen: int
    claims: tuple[Claim, ...]

    def claimed_fen(self, programme: str) -> int:
        return sum(claim.fen for claim in self.claims if claim.programme == programme)


class MealLine(msgspec.Struct, frozen=True, kw_only=True):
    """One meal at one site on one day for one age band."""

    site: str
    day: date
    meal: str
    band: str
    figures: MealFigures


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """The same money, counted in independent ways.

    `servings_*` are what each serving says of itself, and `extras_fen` what each sale of something else does;
    the others are sums of postings. `books_fen` is all that canteens have earned since the books began,
    `explained_fen` the part of it that servings and those sales account for.
    """

    servings_full_fen: int
    servings_own_fen: int
    revenue_fen: int
    own_fen: int
    subsidy_fen: int
    other_fen: int
    extras_fen: int
    extras_revenue_fen: int
    books_fen: int
    explained_fen: int
    holds: bool


class ExtrasLine(msgspec.Struct, frozen=True, kw_only=True):
    """What else was sold with one meal at one site on one day, and how many meals of guests that were."""

    site: str
    day: date
    meal: str  # empty: between meals
    guests: int
    fen: int


class MealsReport(msgspec.Struct, frozen=True, kw_only=True):
    """Meals from `first_day` to `last_day`, both included, and what else was sold."""

    first_day: date
    last_day: date
    lines: tuple[MealLine, ...]
    extras: tuple[ExtrasLine, ...]
    total: MealFigures
    proof: Agreement


_ONCE = (
    "NOT EXISTS (SELECT 1 FROM reviews v WHERE v.region_id = s.region_id AND v.journal_id = s.journal_id"
    " AND v.seq = s.seq AND v.code = 'recovered_twice')"
)
# One statement, so that all figures are of one moment while kiosks go on sending. Payers are told apart by
# what the account's name begins with: residents and revenue each as a whole, every programme by itself.
# CROSS JOIN keeps SQLite from reading all postings to find those of a few days; PostgreSQL does not mind.
_FIGURES = sa.text(
    # Without what was recovered though it was in the books already, which an entry took back.
    f"WITH counted AS NOT MATERIALIZED (SELECT * FROM servings s WHERE region_id = :region_id AND {_ONCE}),"  # noqa: S608
    f" extras AS NOT MATERIALIZED (SELECT * FROM extra_sales s WHERE region_id = :region_id AND {_ONCE})"
    " SELECT 'served' AS source, site, day, meal, band, '' AS payer, CAST(SUM(served) AS BIGINT) AS portions,"
    " CAST(SUM(full_fen) AS BIGINT) AS fen, CAST(SUM(own_fen) AS BIGINT) AS own_fen"
    " FROM counted WHERE day BETWEEN :first_day AND :last_day"
    " GROUP BY site, day, meal, band"
    " UNION ALL"
    " SELECT 'paid', site, day, meal, band, payer, CAST(SUM(served) AS BIGINT),"
    " CAST(-SUM(quantity) AS BIGINT), 0"
    " FROM (SELECT s.site, s.day, s.meal, s.band, s.served, p.quantity,"
    "  CASE WHEN p.account LIKE 'own/%' OR p.account LIKE 'courtesy/%' THEN 'own'"
    "  WHEN p.account LIKE 'revenue/%' THEN 'revenue'"
    "  WHEN p.account LIKE 'programme/%' THEN p.account ELSE 'other' END AS payer"
    "  FROM counted s CROSS JOIN postings p"
    "  WHERE p.region_id = s.region_id AND p.journal_id = s.journal_id AND p.seq = s.seq"
    "  AND s.region_id = :region_id AND s.day BETWEEN :first_day AND :last_day AND p.unit = 'FEN'"
    # What was claimed of a programme twice: the office bears it, and the portion is the other site's.
    "  UNION ALL SELECT s.site, s.day, s.meal, s.band, -1, d.fen, d.account"
    "  FROM duplicate_meals d JOIN counted s"
    "  ON s.region_id = d.region_id AND s.journal_id = d.journal_id AND s.seq = d.seq"
    "  WHERE d.region_id = :region_id AND d.day BETWEEN :first_day AND :last_day AND d.fen <> 0"
    "  UNION ALL SELECT s.site, s.day, s.meal, s.band, 0, -d.fen, 'other'"
    "  FROM duplicate_meals d JOIN counted s"
    "  ON s.region_id = d.region_id AND s.journal_id = d.journal_id AND s.seq = d.seq"
    "  WHERE d.region_id = :region_id AND d.day BETWEEN :first_day AND :last_day AND d.fen <> 0) paid"
    " GROUP BY site, day, meal, band, payer"
    " UNION ALL"
    " SELECT 'extras', site, day, meal, '', '', CAST(SUM(guests) AS BIGINT), CAST(SUM(fen) AS BIGINT), 0"
    " FROM extras WHERE day BETWEEN :first_day AND :last_day GROUP BY site, day, meal"
    " UNION ALL"
    " SELECT 'extras_revenue', '', '', '', '', '', 0, CAST(COALESCE(SUM(p.quantity), 0) AS BIGINT), 0"
    " FROM extras s CROSS JOIN postings p"
    "  WHERE p.region_id = s.region_id AND p.journal_id = s.journal_id AND p.seq = s.seq"
    "  AND s.day BETWEEN :first_day AND :last_day AND p.unit = 'FEN' AND p.account LIKE 'revenue/%'"
    " UNION ALL"
    " SELECT 'books', '', '', '', '', '', 0, CAST(COALESCE(SUM(credits - debits), 0) AS BIGINT), 0"
    " FROM balances WHERE region_id = :region_id AND unit = 'FEN'"
    "  AND (account LIKE 'revenue/canteen/%' OR account LIKE 'revenue/extras/%')"
    " UNION ALL"
    " SELECT 'explained', '', '', '', '', '', 0, CAST(COALESCE(SUM(full_fen), 0) AS BIGINT)"
    "  + (SELECT CAST(COALESCE(SUM(fen), 0) AS BIGINT) FROM extras), 0 FROM counted"
)

_Row = sa.Row[tuple[object, ...]]
_Place = tuple[str, str, str, str]  # day, site, meal, band: the order of the lines


def meals_report(connection: sa.Connection, region_id: int, first_day: date, last_day: date) -> MealsReport:
    """Portions and money by day, site, meal and age band."""
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    rows: dict[str, list[_Row]] = defaultdict(list)
    for row in connection.execute(_FIGURES, {"region_id": region_id, **days}):
        rows[row.source].append(row)
    lines = tuple(_lines(rows["served"], rows["paid"]))
    total = added_up(line.figures for line in lines)
    proof = _prove(
        total,
        servings_full_fen=sum(row.fen for row in rows["served"]),
        servings_own_fen=sum(row.own_fen for row in rows["served"]),
        extras_fen=sum(row.fen for row in rows["extras"]),
        extras_revenue_fen=rows["extras_revenue"][0].fen,
        books_fen=rows["books"][0].fen,
        explained_fen=rows["explained"][0].fen,
    )
    extras = tuple(_extras(rows["extras"]))
    return MealsReport(
        first_day=first_day, last_day=last_day, lines=lines, extras=extras, total=total, proof=proof
    )


def _lines(served: Iterable[_Row], paid: Iterable[_Row]) -> Iterator[MealLine]:
    payers: dict[_Place, list[_Row]] = defaultdict(list)
    for row in paid:
        payers[_place(row)].append(row)
    for row in sorted(served, key=_place):
        yield MealLine(
            site=row.site,
            day=date.fromisoformat(row.day),
            meal=row.meal,
            band=row.band,
            figures=_figures(row.portions, payers[_place(row)]),
        )


def _extras(rows: Iterable[_Row]) -> Iterator[ExtrasLine]:
    for row in sorted(rows, key=_place):
        day = date.fromisoformat(row.day)
        yield ExtrasLine(site=row.site, day=day, meal=row.meal, guests=row.portions, fen=row.fen)


def _place(row: _Row) -> _Place:
    return row.day, row.site, row.meal, row.band


def _figures(portions: int, paid: Iterable[_Row]) -> MealFigures:
    fen = Counter({row.payer: row.fen for row in paid})
    claims = tuple(
        Claim(programme=row.payer.removeprefix(PROGRAMME_PREFIX), portions=row.portions, fen=row.fen)
        for row in sorted(paid, key=lambda row: str(row.payer))
        if row.payer.startswith(PROGRAMME_PREFIX)
    )
    return MealFigures(
        portions=portions,
        full_fen=-fen["revenue"],
        own_fen=fen["own"],
        subsidy_fen=sum(claim.fen for claim in claims),
        other_fen=fen["other"],
        claims=claims,
    )


def added_up(figures: Iterable[MealFigures]) -> MealFigures:
    """Of some lines together."""
    figures = list(figures)
    portions: Counter[str] = Counter()
    fen: Counter[str] = Counter()
    for each in figures:
        for claim in each.claims:
            portions[claim.programme] += claim.portions
            fen[claim.programme] += claim.fen
    return MealFigures(
        portions=sum(each.portions for each in figures),
        full_fen=sum(each.full_fen for each in figures),
        own_fen=sum(each.own_fen for each in figures),
        subsidy_fen=sum(each.subsidy_fen for each in figures),
        other_fen=sum(each.other_fen for each in figures),
        claims=tuple(Claim(programme=name, portions=portions[name], fen=fen[name]) for name in sorted(fen)),
    )


def _prove(
    total: MealFigures,
    *,
    servings_full_fen: int,
    servings_own_fen: int,
    extras_fen: int,
    extras_revenue_fen: int,
    books_fen: int,
    explained_fen: int,
) -> Agreement:
    payments_fen = total.own_fen + total.subsidy_fen + total.other_fen
    return Agreement(
        servings_full_fen=servings_full_fen,
        servings_own_fen=servings_own_fen,
        revenue_fen=total.full_fen,
        own_fen=total.own_fen,
        subsidy_fen=total.subsidy_fen,
        other_fen=total.other_fen,
        extras_fen=extras_fen,
        extras_revenue_fen=extras_revenue_fen,
        books_fen=books_fen,
        explained_fen=explained_fen,
        holds=payments_fen == total.full_fen == servings_full_fen
        and total.own_fen == servings_own_fen
        and extras_fen == extras_revenue_fen
        and books_fen == explained_fen,
    )


def in_order(lines: Iterable[MealLine], names: Names) -> list[MealLine]:
    """By day and site, with the meals in the order of the day."""
    order = {meal: n for n, meal in enumerate(names.meals)}
    return sorted(lines, key=lambda line: (line.day, line.site, order.get(line.meal, len(order)), line.band))
