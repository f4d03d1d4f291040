"""What a service reads from an import file: a list under a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa

from sync.office.catalogue.publishing import Change
from sync.office.importing.field_checks import Known
from sync.office.importing.reading import FieldChecks, Reader
from sync.office.importing.schema import ImportFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`fields`: what is allowed in one field of an entry. `check`: what an entry's fields say together.
    `once`: by what each may be there once. `changes`: what is published of them, after everything else.
    """

    name: str
    entry: type[msgspec.Struct]
    fields: Callable[[Known], FieldChecks]
    once: Callable[[Any], str]
    changes: Callable[[sa.Connection, int, Sequence[Any]], Iterable[Change]]
    check: Callable[[str, Any, Reader], None] = lambda path, entry, reader: None


@cache
def file_type(parts: tuple[Part, ...]) -> type[ImportFile]:
    """The whole file, as the office and its services read it."""
    fields = [(part.name, tuple[part.entry, ...], ()) for part in parts]  # type: ignore[name-defined]
    made = msgspec.defstruct("ImportFile", fields, bases=(ImportFile,), frozen=True, kw_only=True)
    assert issubclass(made, ImportFile)
    return made
