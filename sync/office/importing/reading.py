"""From JSON to typed values, field by field, so that one reading finds every fault and not only the first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from enum import Enum, IntEnum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from sync.office.importing.faults import Fault, Faults

SHOWN_CHARACTERS = 60
LARGEST_NUMBER = 2**53 - 1  # what JSON carries unharmed through every program
LONGEST_TEXT = 500  # characters
MOST_WITHIN = 200  # items of a list within an item: what one catalogue item can hold
_NOT_SHOWN = "something else (not shown)"  # in place of a key
_UNFIT = re.compile("[\0\ud800-\udfff]")
_HOUR_MINUTE = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")


FieldChecks = Mapping[tuple[type[msgspec.Struct], str], Callable[[Any], str | None]]


class Reader:
    """Collects faults while it reads.

    `checks` say of a value that has the right type what would be allowed instead, or None if it is good. They
    see every field that can be read, also of an object in which another one is wrong.
    """

    def __init__(self, checks: FieldChecks) -> None:
        self.faults = Faults()
        self._checks = checks

    def fault(self, path: str, given: Any, allowed: str) -> None:
        self.faults.add(Fault(path, _shown(given), allowed))

    def struct(self, kind: type[S], given: Any, path: str = "") -> S | None:
        """An object of JSON as a struct; None if something in it, or in one of its fields, is wrong.

        What is packed by position may also be given as a list, in the order of its fields.
        """
        if isinstance(given, list) and kind.__struct_config__.array_like:
            given = dict(zip(kind.__struct_fields__, given, strict=False))
        if not isinstance(given, dict):
            shown = _NOT_SHOWN if _is_secret(kind) else _shown(given)
            self.faults.add(Fault(path or "file", shown, f"an object with {_names(kind)}"))
            return None
        before = self.faults.count
        fields = _fields(kind)
        for name in given.keys() - fields.keys():
            self.fault(_join(path, name), name, f"the keys {_names(kind)}")
        values = {
            name: self._field(kind, field, given[name], _join(path, name))
            for name, field in fields.items()
            if name in given
        }
        for name, field in fields.items():
            if field.required and name not in given:
                self.faults.add(Fault(_join(path, name), "nothing", _in_words(field.type)))
        if self.faults.count > before and not _holds_lists(kind):
            return None
        try:
            return kind(**values)
        except (TypeError, ValueError) as error:
            if self.faults.count == before:
                self.fault(path, given, str(error))
            return None

    def _field(self, kind: type[msgspec.Struct], field: FieldInfo, given: Any, path: str) -> Any:
        before = self.faults.count
        value = self._value(field.type, given, path)
        check = self._checks.get((kind, field.name))
        allowed = check(value) if check and self.faults.count == before else None
        if allowed is not None:
            self.faults.add(Fault(path, _NOT_SHOWN if field.type is bytes else _shown(given), allowed))
        return value

    def _value(self, kind: Any, given: Any, path: str) -> Any:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(kind, given, path)
        if get_origin(kind) is tuple:
            return self._items(get_args(kind)[0], given, path)
        if kind is bytes:
            return self._hex(given, path)
        try:
            return _leaf(kind, given)
        except (msgspec.ValidationError, ValueError):
            self.fault(path, given, _in_words(kind))
            return None

    def _items(self, kind: Any, given: Any, path: str) -> tuple[Any, ...]:
        within = "[" in path
        if not isinstance(given, list) or (within and len(given) > MOST_WITHIN):
            self.fault(path, given, f"a list of at most {MOST_WITHIN}" if within else "a list")
            return ()
        return tuple(self._value(kind, each, f"{path}[{n}]") for n, each in enumerate(given))

    def _hex(self, given: Any, path: str) -> bytes | None:
        """A key; what was given is secret and never shown."""
        try:
            return bytes.fromhex(given)
        except (TypeError, ValueError):
            self.faults.add(Fault(path, _NOT_SHOWN, "hexadecimal digits"))
            return None


def placed(name: str, items: tuple[T, ...]) -> Iterator[tuple[str, T]]:
    """The good items of a list, each with its path."""
    return ((f"{name}[{n}]", item) for n, item in enumerate(items) if item is not None)


def _leaf(kind: Any, given: Any) -> Any:
    if not _is_plain(given):
        raise ValueError(given)
    if kind is not time:
        return msgspec.convert(given, kind)
    if not isinstance(given, str) or not _HOUR_MINUTE.fullmatch(given):
        raise ValueError(given)
    return time.fromisoformat(given)


def _is_plain(given: Any) -> bool:
    """Whether every database and every reader takes it: no NUL, no half of a character, nothing boundless."""
    if isinstance(given, dict):
        return len(given) <= MOST_WITHIN and all(_is_plain(each) for each in (*given, *given.values()))
    if isinstance(given, str):
        return len(given) <= LONGEST_TEXT and not _UNFIT.search(given)
    return not isinstance(given, int) or abs(given) <= LARGEST_NUMBER


@cache
def _fields(kind: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(kind)}


def _holds_lists(kind: type[msgspec.Struct]) -> bool:
    """Whether a struct of this kind is only a container whose good items are still worth checking."""
    return all(get_origin(field.type) is tuple for field in _fields(kind).values())


def _is_secret(kind: type[msgspec.Struct]) -> bool:
    return any(field.type is bytes for field in _fields(kind).values())


def _names(kind: type[msgspec.Struct]) -> str:
    return ", ".join(kind.__struct_fields__)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _in_words(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return ", ".join(f"{each.value} ({each.name.lower()})" for each in kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(str(each.value) for each in kind)
    if get_origin(kind) is tuple:
        return "a list"
    if get_origin(kind) is not None and issubclass(get_origin(kind), Mapping):
        return 'texts by language, such as {"zh": "午餐", "en": "Lunch"}'
    return _WORDS.get(kind, "an object")


_WORDS: dict[Any, str] = {
    str: f"a text of at most {LONGEST_TEXT} characters",
    int: f"a whole number up to {LARGEST_NUMBER}",
    int | None: f"a whole number up to {LARGEST_NUMBER}, or null",
    date: "a day such as 2025-01-31",
    time: "a time such as 10:30",
    bytes: "hexadecimal digits",
}


def _shown(given: Any) -> str:
    text = json.dumps(given, ensure_ascii=False, default=str).encode(errors="backslashreplace").decode()
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
