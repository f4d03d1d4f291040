"""Watches as people read them: with the resident, whom to ask now, and when there was a sign of life last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from sync.office.people.access.areas import Area
from sync.office.people.habits import last_seen
from sync.office.people.register.dossiers import Person, people
from sync.office.services.care.contacts import CareContact, Ladder
from sync.office.services.care.watches import CareWatch


@dataclass(frozen=True, slots=True)
class AskedAfter:
    """One watch of somebody in the register. `seen_ms`: 0 if that is not known."""

    watch: CareWatch
    person: Person
    rungs: Sequence[CareContact]
    seen_ms: int
    seen_at: str

    @property
    def asked(self) -> Sequence[CareContact]:
        """Who has been asked so far, the last of them now."""
        return self.rungs[: self.watch.step + 1]

    @property
    def contact(self) -> CareContact | None:
        return self.asked[-1] if self.rungs else None


def shown(
    connection: sa.Connection, region_id: int, several: Iterable[CareWatch], seen: Area, today: date
) -> list[AskedAfter]:
    """Those of residents who are at home in an area, in their order."""
    found = list(several)
    if not found:
        return []
    numbers = [each.key.resident_id for each in found]
    known, signs = people(connection, region_id, numbers, today), last_seen(connection, region_id, numbers, 0)
    ladder = Ladder.read(connection, region_id)
    return [
        AskedAfter(watch, person, ladder.of(person), *signs.get(watch.key.resident_id, (0, "")))
        for watch in found
        if (person := known.get(watch.key.resident_id)) and seen.has_resident(person.resident)
    ]
