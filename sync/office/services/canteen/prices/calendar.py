"""The price rules as people look at them: for whom, and what follows when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kiosk.catalogue.pricing.tariffs import ANY, TariffRule

Whom = tuple[str, str, str, int, int]  # site, meal, category, ages


@dataclass(frozen=True, slots=True)
class Row:
    """For the same people and meal: one rule after the other, the earliest first."""

    rules: tuple[TariffRule, ...]

    @property
    def whom(self) -> TariffRule:
        """Any of them says for whom."""
        return self.rules[-1]

    def on(self, day: date) -> TariffRule | None:
        """The one that holds then, as kiosks choose: the later first day."""
        holding = [each for each in self.rules if each.first_day <= day <= each.last_day]
        return max(holding, key=lambda each: (each.first_day, -each.own_fen, each.id), default=None)


def whom(rule: TariffRule) -> Whom:
    return rule.meal, rule.site, rule.category, rule.from_age, rule.to_age


def rows_of(rules: Iterable[TariffRule], today: date) -> list[Row]:
    """By meal, site, category and age; what is over is left out."""
    found: dict[Whom, list[TariffRule]] = {}
    for rule in rules:
        if rule.last_day >= today:
            found.setdefault(whom(rule), []).append(rule)
    return [
        Row(tuple(sorted(found[key], key=lambda each: (each.first_day, each.id))))
        for key in sorted(found, key=_order)
    ]


def _order(key: Whom) -> tuple[object, ...]:
    meal, site, category, from_age, to_age = key
    return meal, site != ANY, site, category != ANY, category, from_age, to_age
