"""The meals of every region, each asked for in its own database; a region that does not answer is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.store.engine import disposing
from sync.office.services.canteen.reports import Claim, MealFigures, meals_report
from sync.office.store.database import create_engine, snapshot
from sync.office.store.region_map import Region

AT_ONCE = 8
CONNECT_S = 5


class RegionsMeals(msgspec.Struct, frozen=True, kw_only=True):
    """What one region served. `holds`: it agrees with that region's ledger."""

    id: int
    name: str
    figures: MealFigures
    holds: bool


class RegionMissing(msgspec.Struct, frozen=True, kw_only=True):
    """A region that is in no total, and what its database said."""

    id: int
    name: str
    reason: str


class ProvincesMeals(msgspec.Struct, frozen=True, kw_only=True):
    """Of `first_day` to `last_day`, both included. `total` is of the regions that answered."""

    first_day: date
    last_day: date
    regions: tuple[RegionsMeals, ...]
    missing: tuple[RegionMissing, ...]
    total: MealFigures


def provinces_meals(regions: Sequence[Region], first_day: date, last_day: date) -> ProvincesMeals:
    """Side by side, each a moment of its own: no transaction reaches over two databases."""

    def ask(region: Region) -> RegionsMeals | RegionMissing:
        try:
            return _ask(region, first_day, last_day)
        except sa.exc.SQLAlchemyError as error:
            reason = " ".join(str(getattr(error, "orig", error)).split())
            return RegionMissing(id=region.id, name=region.name, reason=reason)

    with ThreadPoolExecutor(AT_ONCE) as side_by_side:
        answers = list(side_by_side.map(ask, regions))
    there = tuple(each for each in answers if isinstance(each, RegionsMeals))
    return ProvincesMeals(
        first_day=first_day,
        last_day=last_day,
        regions=there,
        missing=tuple(each for each in answers if isinstance(each, RegionMissing)),
        total=_sum(each.figures for each in there),
    )


def _ask(region: Region, first_day: date, last_day: date) -> RegionsMeals:
    patient = sa.make_url(region.database).update_query_dict({"connect_timeout": str(CONNECT_S)})
    engine = create_engine(patient.render_as_string(hide_password=False), connections=1)
    with disposing(engine), snapshot(engine) as connection:
        made = meals_report(connection, region.id, first_day, last_day)
    return RegionsMeals(id=region.id, name=region.name, figures=made.total, holds=made.proof.holds)


def _sum(several: Iterable[MealFigures]) -> MealFigures:
    sums, portions, fen = Counter[str](), Counter[str](), Counter[str]()
    for figures in several:
        for name in _SUMMED:
            sums[name] += getattr(figures, name)
        for claim in figures.claims:
            portions[claim.programme] += claim.portions
            fen[claim.programme] += claim.fen
    claims = tuple(Claim(programme=each, portions=portions[each], fen=fen[each]) for each in sorted(portions))
    return MealFigures(**{name: sums[name] for name in _SUMMED}, claims=claims)


_SUMMED = ("portions", "full_fen", "own_fen", "subsidy_fen", "other_fen")
