"""The price rules as people look at them: for whom, and what follows when; and which kiosks have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import ANY, TariffRule
from sync.office.store.tables import catalogue_items, devices

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


@dataclass(frozen=True, slots=True)
class Lacking:
    """A kiosk that has not said that it has the newest prices; Unix time."""

    device: str
    name: str
    site: str
    last_seen_ms: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Of the revision of the last change: how many kiosks have read it, and which have not."""

    revision: int
    have: int
    lacking: tuple[Lacking, ...]


def reach(connection: sa.Connection, region_id: int) -> Reach:
    """A kiosk confirms by asking for what comes after it."""
    c, d = catalogue_items.c, devices.c
    newest = sa.select(sa.func.max(c.revision)).where(c.region_id == region_id, c.kind == Kind.TARIFF)
    revision = int(connection.execute(newest).scalar() or 0)
    query = sa.select(d.device_id, d.name, d.site, d.last_seen_ms, d.main_cursor).where(
        d.region_id == region_id, d.revoked_at_ms.is_(None)
    )
    rows = connection.execute(query.order_by(d.site, d.name)).all()
    lacking = tuple(
        Lacking(row.device_id.hex(), row.name, row.site, row.last_seen_ms)
        for row in rows
        if row.main_cursor < revision
    )
    return Reach(revision, len(rows) - len(lacking), lacking)
