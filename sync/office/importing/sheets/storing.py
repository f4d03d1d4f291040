"""What a sheet would do is done: everything at once."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from sync.office.importing.sheets.reading import Preview
from sync.office.keys.identities import Identities
from sync.office.people.register import keeping
from sync.office.people.register.dossiers import Person
from sync.office.people.register.keeping import By, ResidentChange


def store(
    connection: sa.Connection, region_id: int, found: Preview, by: By, identities: Identities
) -> list[ResidentChange]:
    """Everything, in the caller's transaction; whoever is new gets the next numbers."""
    assert not found.problem_count, "a sheet with a problem is not imported"
    first = keeping.new_numbers(connection, region_id, len(found.new)) if found.new else 0
    new = [_numbered(each, first + n, identities) for n, each in enumerate(found.new)]
    return keeping.keep(connection, region_id, [*new, *(after for _, after in found.changed)], by)


def _numbered(person: Person, number: int, identities: Identities) -> Person:
    """What is sealed for nobody yet is sealed for this number."""
    entry = msgspec.structs.replace(person.resident, id=number)
    sealed = identities.seal(identities.open(person.sealed, 0), number) if person.sealed else b""
    return msgspec.structs.replace(person, resident=entry, sealed=sealed)
