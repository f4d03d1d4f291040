"""Dated price rules. Every figure is configuration of the office; none stands in code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from kiosk.plain.refusals import Refusal

ANY = "*"


class NoTariff(Refusal):
    """The office has set no price for this person, meal and day."""

    code = "no_tariff"
    meal: str
    age: int
    day: str


class Share(msgspec.Struct, array_like=True, frozen=True):
    """What a subsidy programme pays towards one meal."""

    programme: str
    fen: int


class TariffRule(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """The price of one meal for an age band of residents, between two days.

    `from_age` is the first age it holds for and `to_age` the last. `site` and `category` may be `*`.
    The resident pays `own_fen`, the programmes their shares, together `full_fen`.
    """

    id: str
    site: str = ANY
    meal: str
    category: str = ANY
    from_age: int = 0
    to_age: int = 200
    first_day: date
    last_day: date = date.max
    full_fen: int
    own_fen: int
    shares: tuple[Share, ...] = ()
    origin: str = ""  # where the figure comes from: a document, or `demo`

    def __post_init__(self) -> None:
        parts = [self.own_fen, *(share.fen for share in self.shares)]
        if min(parts) < 0 or sum(parts) != self.full_fen:
            raise ValueError(f"tariff rule {self.id}: parts {parts} do not make {self.full_fen} fen")

    @property
    def band(self) -> str:
        """The age band in short: `60-79`, or `60+` when it has no end."""
        return f"{self.from_age}-{self.to_age}" if self.to_age < 200 else f"{self.from_age}+"


def rule_for(
    rules: Iterable[TariffRule], *, site: str, meal: str, day: date, age: int, categories: Iterable[str]
) -> TariffRule:
    """The rule that holds: a named category before `*`, a named site before `*`, then the later first day.

    Raises `NoTariff` when the office has set none.
    """
    named = {ANY, *categories}
    holding = [
        rule
        for rule in rules
        if rule.meal == meal
        and rule.site in (ANY, site)
        and rule.category in named
        and rule.from_age <= age <= rule.to_age
        and rule.first_day <= day <= rule.last_day
    ]
    if not holding:
        raise NoTariff(meal=meal, age=age, day=day.isoformat())
    return max(holding, key=_precedence)


def _precedence(rule: TariffRule) -> tuple[bool, bool, date, int, str]:
    """Between rules that are otherwise equal the cheaper holds: a doubt is decided for the resident."""
    return rule.category != ANY, rule.site != ANY, rule.first_day, -rule.own_fen, rule.id
