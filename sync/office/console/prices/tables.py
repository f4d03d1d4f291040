"""A table that money goes by, as its service says it: its entries, how they are written and tried on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa

from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.prices.changes import Entries, TableChange
from sync.office.console.prices.form import Group, Typed
from sync.office.console.reporting.sheets import Cell, Column, Sheet
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import ProposalKind, Words

V = TypeVar("V", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a change would come to: a sentence on what was looked at, sums in words, and each difference."""

    lead: str
    figures: Mapping[str, object]  # what fills the sentence
    sums: Sequence[tuple[str, str]]
    differences: Sheet | None = None


@dataclass(frozen=True, slots=True)
class Trial(Generic[V]):
    """What is tried on: all entries as they are, and as they would be from `day` on."""

    connection: sa.Connection
    region_id: int
    names: Names
    before: Sequence[V]
    after: Sequence[V]
    change: TableChange[V]
    today: date


@dataclass(frozen=True, kw_only=True)
class PriceTable(Generic[V]):
    """`name`: in addresses, and of its proposals. `place`: among the pages of prices. `lead`: what it is for.

    `columns` and `row`: one entry in the list. `days`: from when to when an entry holds. `given`: an entry as
    it stands in the fields of `groups`, or for None what they say at first; `read`: the entries that were
    typed, first_day checked against today, in place of an old one; faults are told to `Typed`. `can_add`:
    whether there may be more of them. `try_on`: what it would have been, or would be.
    """

    name: str
    title: str
    place: int
    lead: str
    entries: Entries[V]
    payload: type[TableChange[V]]
    columns: Sequence[Column]
    row: Callable[[V, Names], Sequence[Cell]]
    words: Mapping[str, str]
    days: Callable[[V], tuple[date, date]]
    groups: Sequence[Group]
    given: Callable[[V | None, date], Mapping[str, str]]
    read: Callable[[Typed, V | None, date], Sequence[V]]
    try_on: Callable[[Trial[V]], Tried]
    sites: Callable[[V], Sequence[str]] = lambda entry: ()
    can_add: bool = True

    @property
    def proposal(self) -> ProposalKind[Any]:
        return ProposalKind(
            name=self.name,
            title=self.title,
            payload=self.payload,
            needs=Permission.CHANGE_PRICES,
            words=self._said,
            based_on=self.entries.based_on,
            carry_out=self.entries.carry_out,
        )

    def _said(self, change: TableChange[V]) -> Words:
        named = ", ".join(sorted(self.entries.touched(change)))
        return _("Other prices: %(entries)s"), {"entries": named}

    def sheet(self, entries: Sequence[V], names: Names) -> Sheet:
        rows = [self.row(each, names) for each in entries]
        return Sheet(self.name, self.title, _("Nothing is set yet."), self.columns, rows, (), self.words)

    def first_day(self, change: TableChange[V]) -> date:
        """From when anything is otherwise."""
        return min(self.days(each)[0] for each in (*change.entries, *change.before))
