"""The fields in which an entry is written, and what was typed into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import gettext

from kiosk.plain.numbers import whole_number
from sync.office.console import formats
from sync.office.console.names import Names

LONGEST = 100
Value = int | str | date | tuple[str, ...] | None


class Sort(StrEnum):
    """What a field takes. Empty is None, but of a text, which is empty then."""

    YUAN = "yuan"  # kept in fen
    NUMBER = "number"
    DAY = "day"
    TEXT = "text"
    CHOICE = "choice"
    SITES = "sites"  # any of them; none: all


@dataclass(frozen=True, kw_only=True)
class Field:
    """`choices`: what there is to choose from, with words for people. `most`: of a number."""

    name: str
    label: str
    sort: Sort = Sort.YUAN
    hint: str = ""
    most: int = 1_000_000
    choices: Callable[[Names], Mapping[str, str]] = lambda names: {}
    is_optional: bool = False  # whether none of the choices is one


@dataclass(frozen=True)
class Group:
    """Fields that belong together; `lead` says what about. `per_line`: so many in a line; 0: as they fit."""

    title: str
    fields: tuple[Field, ...]
    lead: str = ""
    per_line: int = 0


class Typed:
    """Reads what was typed. `wrong` says by field what it cannot be; `given` is what stands in the fields."""

    def __init__(
        self, given: Mapping[str, str], groups: Iterable[Group], names: Names, sites: tuple[str, ...] = ()
    ) -> None:
        self.given, self._names, self._sites = given, names, sites
        self.wrong: dict[str, str] = {}
        fields = [field for group in groups for field in group.fields]
        self._values = {each.name: self._read(each) for each in fields}

    def fen(self, name: str) -> int:
        """An amount, or a number; nothing typed is nothing."""
        value = self._values[name]
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        return str(self._values[name] or "")

    def day(self, name: str, default: date) -> date:
        value = self._values[name]
        return value if isinstance(value, date) else default

    def sites(self, name: str) -> tuple[str, ...]:
        value = self._values[name]
        return value if isinstance(value, tuple) else ()

    def fault(self, name: str, words: str) -> None:
        """What is wrong with a field, unless something is already."""
        self.wrong.setdefault(name, words)

    def _read(self, field: Field) -> Value:
        typed = self.given.get(field.name, "").replace("\0", "").strip()
        if field.sort is Sort.SITES:
            return tuple(each for each in self._sites if each in self._names.sites)
        if field.sort is Sort.TEXT:
            return typed[:LONGEST]
        return self._understood(field, typed) if typed else None

    def _understood(self, field: Field, typed: str) -> Value:
        match field.sort:
            case Sort.YUAN:
                return self._or_fault(
                    field, formats.fen_typed(typed), gettext("An amount in yuan such as 12.50 is needed.")
                )
            case Sort.NUMBER:
                words = gettext("A whole number from 0 to %(most)s is needed.", most=field.most)
                return self._or_fault(field, _number(typed, field.most), words)
            case Sort.DAY:
                return self._or_fault(field, _day(typed), gettext("Please give the whole day."))
        known = typed if typed in field.choices(self._names) else None
        return self._or_fault(field, known, gettext("Please choose one of these."))

    def _or_fault(self, field: Field, value: Value, words: str) -> Value:
        if value is None:
            self.fault(field.name, words)
        return value


def _number(typed: str, most: int) -> int | None:
    try:
        found = whole_number(typed)
    except ValueError:
        return None
    return found if found <= most else None


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def in_yuan(fen: int) -> str:
    """As it stands in a field."""
    return f"{fen / 100:.2f}" if fen else ""


def in_days(day: date) -> str:
    """Nothing for the first and the last there is: nobody typed them."""
    return "" if day in (date.min, date.max) else day.isoformat()
