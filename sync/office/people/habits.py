"""Who usually comes, who did not, and who was seen: what services know of residents' days.

A service says it with two values. A `Habit`: to what people come by the hour, and who stayed away this time.
A `Seen`: of which resident a record shows that somebody was there with their card. The office itself keeps of
each resident when that last was (`intake.seen`), while any site is watched over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.values import Site
from sync.office.store.tables import last_signs

_AT_ONCE = 500

# Whom the body of a record shows to have been there; 0: nobody.
Seen = Callable[[msgspec.Raw], int]
SeenKinds = Mapping[tuple[str, int], Seen]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is expected: whoever came on `times` of the same weekdays of `weeks` before."""

    weeks: int
    times: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """What people come to, such as a lunch; times are Unix time."""

    site: str
    day: date
    name: str  # a meal's code, which `Names` can say
    opens_ms: int
    closes_ms: int


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who usually comes and did not."""

    resident_id: int
    times: int  # how often on those weekdays


@dataclass(frozen=True, slots=True)
class Attendance:
    """How an occasion went: whether anybody came, of how many weekdays before that is so, who stayed away."""

    anybody: bool
    weekdays: int
    absent: Sequence[Absent]


@dataclass(frozen=True, slots=True)
class Habit:
    """`occasions`: those of a site's day. `attendance`: who stayed away, as far as the books know yet."""

    occasions: Callable[[Site, date], Iterable[Occasion]]
    attendance: Callable[[sa.Connection, int, Occasion, Rule], Attendance]


def last_seen(
    connection: sa.Connection, region_id: int, resident_ids: Iterable[int], since_ms: int
) -> Mapping[int, tuple[int, str]]:
    """When and where residents were last seen, of those who were since a moment."""
    wanted, found, c = sorted(set(resident_ids)), dict[int, tuple[int, str]](), last_signs.c
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = sa.select(c.resident_id, c.at_ms, c.site).where(
            c.region_id == region_id, c.resident_id.in_(some), c.at_ms >= since_ms
        )
        found |= {row.resident_id: (row.at_ms, row.site) for row in connection.execute(query)}
    return found
