"""What the catalogue said before: prices, hours and ages as kiosks that had not heard better went by them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind, Kind, decode_value
from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.catalogue.values import Site
from kiosk.ledger.sql import Row, run
from kiosk.people.residents import Resident, Visitor
from sync.office.catalogue.publishing import has_raised
from sync.office.store.bulk import among

V = TypeVar("V")
FOR_EVER = 2**62


class Rules(tuple[TariffRule, ...]):
    """Price rules that are asked for again and again: they are gone through once to tell them from others."""

    @cached_property
    def _told_by(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        return self._told_by


class _Read:
    """What was read of the catalogue at one revision, for all batches until the next.

    One that is not committed may yet be rolled back and given to other values: what a transaction reads after
    raising it, it keeps to itself.
    """

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self.rules: list[tuple[int, int, TariffRule]] | None = None
        self.rules_at: dict[int, Rules] = {}
        self.visitors: dict[int, Visitor | None] = {}
        self.sites: dict[str, tuple[Site, ...]] = {}


_read: WeakKeyDictionary[sa.Engine, dict[int, _Read]] = WeakKeyDictionary()  # by region


class Catalogue:
    """The catalogue of a region as it is and was, as far as judging needs it. For one transaction."""

    def __init__(self, connection: sa.Connection, region_id: int) -> None:
        self._connection, self._region_id = connection, region_id
        past_from, revision = run(connection, _REVISIONS, (region_id,))[0]
        self.kept_from = int(past_from)  # before this revision past values were not kept
        self._read = _Read(revision) if has_raised(connection) else self._shared(revision)
        self._ever: dict[str, tuple[Any, ...]] = {}
        self._dated: dict[str, list[tuple[int, int, Any]]] = {}

    def _shared(self, revision: int) -> _Read:
        regions = _read.setdefault(self._connection.engine, {})
        read = regions.get(self._region_id)
        if read is None or read.revision != revision:
            read = regions[self._region_id] = _Read(revision)
        return read

    @property
    def _rules(self) -> list[tuple[int, int, TariffRule]]:
        """Each rule with the revision that brought it and the one that took it away."""
        if self._read.rules is None:
            self._read.rules = [
                (since, until, decode_value(Kind.TARIFF, value))
                for since, until, value in self._now_and_then(Kind.TARIFF)
            ]
        return self._read.rules

    @cached_property
    def all_rules(self) -> Rules:
        return Rules(rule for _, _, rule in self._rules)

    def rules_at(self, revision: int) -> Rules | None:
        if not self._rules or revision < self.kept_from:
            return None
        rules = self._read.rules_at.get(revision)
        if rules is None:
            holding = (rule for since, until, rule in self._rules if since <= revision < until)
            rules = self._read.rules_at[revision] = Rules(sorted(holding, key=lambda rule: rule.id))
        return rules

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
        sites = self._read.sites.get(name)
        if sites is None:
            past = (value for (value,) in run(self._connection, _PAST, (*self._of(Kind.SITE), name)))
            known = (*self._values(Kind.SITE, [name]), *past)
            sites = self._read.sites[name] = tuple(decode_value(Kind.SITE, value) for value in known)
        return sites

    def meet(self, resident_ids: Collection[int]) -> None:
        """Look up these people at once, as all kiosks know them."""
        visitors = self._read.visitors
        new = [each for each in resident_ids if each not in visitors]
        found: dict[int, Visitor] = {}
        for value in self._values(Kind.VISITOR, [str(each) for each in new]):
            visitor: Visitor = decode_value(Kind.VISITOR, value)
            found[visitor.id] = visitor
        visitors.update((each, found.get(each)) for each in new)

    def people(self, resident_id: int) -> Iterator[Resident | Visitor]:
        visitor = self._read.visitors.get(resident_id)
        if visitor is not None:
            yield visitor
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
        """Values with the revision that brought each and the one that took it away, as of one moment."""
        for since, until, value in run(self._connection, _NOW_AND_THEN, self._of(kind) * 2):
            yield since, FOR_EVER if until is None else until, value

    def _of(self, kind: str) -> tuple[int, str]:
        return self._region_id, kind


_REVISIONS = "SELECT past_from, revision FROM regions WHERE region_id = ?"
_NOW = "SELECT value FROM catalogue_items WHERE region_id = ? AND kind = ? AND value IS NOT NULL"
_PAST = "SELECT value FROM catalogue_past WHERE region_id = ? AND kind = ? AND key = ? ORDER BY revision DESC"
_NOW_AND_THEN = (
    "SELECT revision, NULL, value FROM catalogue_items WHERE region_id = ? AND kind = ? AND value IS NOT NULL"
    " UNION ALL SELECT revision, until_revision, value FROM catalogue_past WHERE region_id = ? AND kind = ?"
)
