"""Meals ordered ahead, as the office publishes them: for one day, or standing until further notice."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from kiosk.catalogue.items import ItemKind


class Dining(StrEnum):
    """How a meal is had."""

    EAT_IN = "eat_in"
    TAKE_AWAY = "take_away"
    DELIVERY = "delivery"  # taken to the resident's door
    NONE = "none"  # not at all, whatever stands


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One meal of one day for one resident: the last word on it that the office has."""

    resident_id: int
    site: str
    day: date
    meal: str
    dining: Dining
    at_ms: int = 0  # when a counter took it, Unix time; 0: it is the office's own


class StandingOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The same meal on the same days of every week; a resident has one for each meal."""

    resident_id: int
    site: str
    meal: str
    weekdays: tuple[int, ...]  # 1 is Monday, 7 is Sunday
    dining: Dining
    first_day: date = date.min
    last_day: date = date.max

    def holds_on(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and self.first_day <= day <= self.last_day


ORDER = ItemKind("order", Order)  # by `order_key`; only to the kiosks of the site
STANDING_ORDER = ItemKind("standing_order", StandingOrder)  # by `standing_order_key`; likewise


def orders_prefix(site: str, day: date) -> str:
    return f"{site} {day} "


def order_key(site: str, day: date, meal: str, resident_id: int) -> str:
    """Of an `Order` in the catalogue: those of one site and day lie together."""
    return f"{orders_prefix(site, day)}{meal} {resident_id}"


def standing_order_key(meal: str, resident_id: int) -> str:
    return f"{resident_id} {meal}"
