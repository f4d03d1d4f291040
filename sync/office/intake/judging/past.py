"""What the catalogue said before: prices, hours and ages as kiosks that had not heard better went by them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind, Kind, decode_value
from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.catalogue.values import Site
from kiosk.ledger.sql import Row, run
from kiosk.people.residents import Resident, Visitor
from sync.office.store.bulk import among

V = TypeVar("V")
FOR_EVER = 2**62

Rules = tuple[TariffRule, ...]


class Catalogue:
    """The catalogue of a region as it is and was, as far as judging needs it. For one transaction."""

    def __init__(self, connection: sa.Connection, region_id: int) -> None:
        self._connection, self._region_id = connection, region_id
        self._rules_at: dict[int, Rules] = {}
        self._ever: dict[str, tuple[Any, ...]] = {}
        self._dated: dict[str, list[tuple[int, int, Any]]] = {}
        self._visitors: dict[int, Visitor] = {}
        self._sites: dict[str, tuple[Site, ...]] = {}

    @cached_property
    def kept_from(self) -> int:
        """Before this revision past values were not kept."""
        query = "SELECT past_from FROM regions WHERE region_id = ?"
        return int(run(self._connection, query, (self._region_id,))[0][0])

    @cached_property
    def _rules(self) -> list[tuple[int, int, TariffRule]]:
        """Each rule with the revision that brought it and the one that took it away."""
        return [
            (since, until, decode_value(Kind.TARIFF, value))
            for since, until, value in self._now_and_then(Kind.TARIFF)
        ]

    @cached_property
    def all_rules(self) -> Rules:
        return tuple(rule for _, _, rule in self._rules)

    def rules_at(self, revision: int) -> Rules | None:
        if not self._rules or revision < self.kept_from:
            return None
        if revision not in self._rules_at:
            holding = (rule for since, until, rule in self._rules if since <= revision < until)
            self._rules_at[revision] = tuple(sorted(holding, key=lambda rule: rule.id))
        return self._rules_at[revision]

    def said_at(self, kind: ItemKind[V], revision: int) -> Sequence[V] | None:
        """What items of a kind said at a revision; None: it is not known any more."""
        if revision < self.kept_from:
            return None
        if kind not in self._dated:
            values = self._now_and_then(kind)
            self._dated[kind] = [(since, until, decode_value(kind, value)) for since, until, value in values]
        return [value for since, until, value in self._dated[kind] if since <= revision < until]

    def ever(self, kind: ItemKind[V]) -> Sequence[V]:
        if kind not in self._ever:
            values = self._now_and_then(kind)
            self._ever[kind] = tuple(decode_value(kind, value) for _, _, value in values)
        return self._ever[kind]

    def site(self, name: str) -> tuple[Site, ...]:
        if name not in self._sites:
            past = (value for (value,) in run(self._connection, _PAST, (*self._of(Kind.SITE), name)))
            known = (*self._values(Kind.SITE, [name]), *past)
            self._sites[name] = tuple(decode_value(Kind.SITE, value) for value in known)
        return self._sites[name]

    def meet(self, resident_ids: Collection[int]) -> None:
        """Look up these people at once, as all kiosks know them."""
        keys = [str(each) for each in resident_ids]
        for value in self._values(Kind.VISITOR, keys):
            visitor: Visitor = decode_value(Kind.VISITOR, value)
            self._visitors[visitor.id] = visitor

    def people(self, resident_id: int) -> Iterator[Resident | Visitor]:
        if resident_id in self._visitors:
            yield self._visitors[resident_id]
        for value in self._values(Kind.RESIDENT, [str(resident_id)]):
            yield decode_value(Kind.RESIDENT, value)
        past = (*self._of(Kind.VISITOR), str(resident_id))
        for (value,) in run(self._connection, _PAST, past):
            yield decode_value(Kind.VISITOR, value)

    def _values(self, kind: str, keys: Collection[str]) -> Iterator[bytes]:
        if keys:
            is_asked, asked = among(self._connection, keys)
            query = f"{_NOW} AND key {is_asked}"
            for (value,) in run(self._connection, query, (self._region_id, kind, asked)):
                yield value

    def _now_and_then(self, kind: str) -> Iterator[Row]:
        """Values with the revision that brought each and the one that took it away."""
        now = run(self._connection, _SINCE, self._of(kind))
        yield from ((since, FOR_EVER, value) for since, value in now)
        yield from run(self._connection, _WAS, self._of(kind))

    def _of(self, kind: str) -> tuple[int, str]:
        return self._region_id, kind


_NOW = "SELECT value FROM catalogue_items WHERE region_id = ? AND kind = ? AND value IS NOT NULL"
_PAST = "SELECT value FROM catalogue_past WHERE region_id = ? AND kind = ? AND key = ? ORDER BY revision DESC"
_SINCE = "SELECT revision, value FROM catalogue_items WHERE region_id = ? AND kind = ? AND value IS NOT NULL"
_WAS = "SELECT revision, until_revision, value FROM catalogue_past WHERE region_id = ? AND kind = ?"
