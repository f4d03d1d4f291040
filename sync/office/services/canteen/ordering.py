"""Meals in the order of the day."""

from __future__ import annotations

from collections.abc import Iterable

from sync.office.console.names import Names
from sync.office.services.canteen.reports import MealLine


def in_order(lines: Iterable[MealLine], names: Names) -> list[MealLine]:
    """By day and site, with the meals in the order of the day."""
    order = {meal: n for n, meal in enumerate(names.meals)}
    return sorted(lines, key=lambda line: (line.day, line.site, order.get(line.meal, len(order)), line.band))
