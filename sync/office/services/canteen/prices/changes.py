"""A change of prices as one value: tried on, proposed, approved by a second person, published, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import TariffRule
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import Change, lock_revision, publish_all
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Approved, Effect, ProposalKind, Words
from sync.office.store.database import lock
from sync.office.store.tables import catalogue_items


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """Rules as they shall be, and ids of those that shall be gone; `before`: what these say now."""

    rules: tuple[TariffRule, ...] = ()
    gone: tuple[str, ...] = ()
    before: tuple[TariffRule, ...] = ()

    @property
    def touched(self) -> set[str]:
        return {*self.gone, *(each.id for each in self.rules)}

    @property
    def first_day(self) -> date:
        """From when anybody pays otherwise."""
        return min(each.first_day for each in (*self.rules, *self.before))

    @property
    def taken_back(self) -> PriceChange:
        """The old values, as a change of its own."""
        old = {each.id for each in self.before}
        return PriceChange(
            rules=self.before, gone=tuple(each.id for each in self.rules if each.id not in old)
        )


def rules_now(connection: sa.Connection, region_id: int) -> dict[str, TariffRule]:
    return {each.id: each for each in current_values(connection, region_id, Kind.TARIFF)}


def on(change: PriceChange, now: Mapping[str, TariffRule]) -> PriceChange:
    """The change as it comes to these rules: without what they say already."""
    rules = tuple(each for each in change.rules if now.get(each.id) != each)
    gone = tuple(each for each in change.gone if each in now)
    touched = {*gone, *(each.id for each in rules)}
    return PriceChange(rules=rules, gone=gone, before=tuple(now[each] for each in now if each in touched))


def after(change: PriceChange, now: Mapping[str, TariffRule]) -> list[TariffRule]:
    """All rules, once it is published."""
    then = {**now, **{each.id: each for each in change.rules}}
    return [each for each in then.values() if each.id not in change.gone]


def effect_of(change: PriceChange) -> Effect:
    return Effect(before=_figures(change.before), after=_figures(change.rules))


def _figures(rules: Iterable[TariffRule]) -> dict[str, str]:
    return {each.id: _figure(each) for each in rules}


def _figure(rule: TariffRule) -> str:
    shares = " + ".join(f"{share.programme} {yuan(share.fen)}" for share in rule.shares)
    price = f"{yuan(rule.own_fen)} / {yuan(rule.full_fen)}"
    return f"{rule.first_day}: {price}" + (f" ({shares})" if shares else "")


def _words(change: PriceChange) -> Words:
    figures = {"day": change.first_day, "count": len(change.touched)}
    return _("Other prices of meals from %(day)s on: %(count)s rules"), figures


def _based_on(connection: sa.Connection, region_id: int, _change: PriceChange) -> str:
    """Every price rule with the revision that it is from."""
    c = catalogue_items.c
    mine = (c.region_id == region_id, c.kind == Kind.TARIFF)
    query: sa.Select[tuple[str, int]] = sa.select(c.key, c.revision).where(*mine).order_by(c.key)
    rows = connection.execute(lock(query))
    return " ".join(f"{row.key}@{row.revision}" for row in rows)


def _carry_out(approved: Approved, change: PriceChange) -> None:
    lock_revision(approved.connection, approved.region_id)
    publish_all(approved.connection, approved.region_id, list(_published(change)))


def _published(change: PriceChange) -> Iterator[Change]:
    for rule in change.rules:
        yield Change(Kind.TARIFF, rule.id, rule)
    for gone in change.gone:
        yield Change(Kind.TARIFF, gone, None)


PRICES = ProposalKind(
    name="meal_prices",
    title=_("Prices of meals"),
    payload=PriceChange,
    needs=Permission.CHANGE_PRICES,
    words=_words,
    based_on=_based_on,
    carry_out=_carry_out,
)
