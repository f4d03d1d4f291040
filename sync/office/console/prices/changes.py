"""A change of what is published as one value: tried on, proposed, approved by a second person, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import EVERYWHERE, Change, lock_revision, publish_all
from sync.office.people.access.proposals import Approved, Effect
from sync.office.store.database import lock
from sync.office.store.tables import catalogue_items

V = TypeVar("V", bound=msgspec.Struct)


class TableChange(msgspec.Struct, Generic[V], frozen=True, kw_only=True):
    """Entries as they shall be, and keys of those that shall be gone; `before`: what these say now."""

    entries: tuple[V, ...] = msgspec.field(name="rules", default=())  # as proposals that wait are kept
    gone: tuple[str, ...] = ()
    before: tuple[V, ...] = ()

    @property
    def is_any(self) -> bool:
        return bool(self.entries or self.gone)


@dataclass(frozen=True, kw_only=True)
class Entries(Generic[V]):
    """One sort of catalogue items that is changed so. `figure` says of one in short what it comes to; `label`
    and `scope` are those that it is published with.
    """

    kind: ItemKind[V]
    key: Callable[[V], str]
    figure: Callable[[V], str]
    label: Callable[[V], str] = lambda entry: ""
    scope: Callable[[V], str] = lambda entry: EVERYWHERE

    def now(self, connection: sa.Connection, region_id: int) -> dict[str, V]:
        return {self.key(each): each for each in current_values(connection, region_id, self.kind)}

    def touched(self, change: TableChange[V]) -> set[str]:
        return {*change.gone, *(self.key(each) for each in change.entries)}

    def on(self, change: TableChange[V], now: Mapping[str, V]) -> TableChange[V]:
        """The change as it comes to these entries: without what they say already."""
        entries = tuple(each for each in change.entries if now.get(self.key(each)) != each)
        gone = tuple(each for each in change.gone if each in now)
        touched = {*gone, *(self.key(each) for each in entries)}
        before = tuple(now[each] for each in now if each in touched)
        return TableChange(entries=entries, gone=gone, before=before)

    def after(self, change: TableChange[V], now: Mapping[str, V]) -> list[V]:
        """All entries, once it is published."""
        then = {**now, **{self.key(each): each for each in change.entries}}
        return [entry for key, entry in then.items() if key not in change.gone]

    def taken_back(self, change: TableChange[V]) -> TableChange[V]:
        """The old values, as a change of its own."""
        old = {self.key(each) for each in change.before}
        new = [self.key(each) for each in change.entries]
        return TableChange(entries=change.before, gone=tuple(each for each in new if each not in old))

    def effect(self, change: TableChange[V]) -> Effect:
        return Effect(before=self._figures(change.before), after=self._figures(change.entries))

    def _figures(self, entries: Iterable[V]) -> dict[str, str]:
        return {self.key(each): self.figure(each) for each in entries}

    def based_on(self, connection: sa.Connection, region_id: int, _change: TableChange[V]) -> str:
        """Every entry with the revision that it is from."""
        c = catalogue_items.c
        mine = (c.region_id == region_id, c.kind == self.kind)
        query: sa.Select[tuple[str, int]] = sa.select(c.key, c.revision).where(*mine).order_by(c.key)
        rows = connection.execute(lock(query))
        return " ".join(f"{row.key}@{row.revision}" for row in rows)

    def carry_out(self, approved: Approved, change: TableChange[V]) -> None:
        lock_revision(approved.connection, approved.region_id)
        publish_all(approved.connection, approved.region_id, list(self._published(change)))

    def _published(self, change: TableChange[V]) -> Iterator[Change]:
        for each in change.entries:
            yield Change(self.kind, self.key(each), each, self.scope(each), self.label(each))
        for each in change.before:
            if self.key(each) in change.gone:
                yield Change(self.kind, self.key(each), None, self.scope(each))
