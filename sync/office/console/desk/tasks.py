"""What needs a person, the gravest first; each service says what of its own there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import sqlalchemy as sa

from sync.office.console.names import Names
from sync.office.console.reporting.lists import KioskLine
from sync.office.people.access.areas import Area
from sync.office.people.access.permissions import Permission

NO_TIME = 2**63  # sorts after all that have one


class Hurt(IntEnum):
    """What suffers while nobody does it, the worst first."""

    PEOPLE = 0
    MONEY = 1
    SERVICE = 2  # a kiosk or a socket that stands still
    ORDER = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, and the one page where it is done.

    `words` are in no language yet, `figures` what stands in them. `fen`: what is at stake, 0 if that is not
    money. `since_ms`: Unix time since when, 0 if nobody knows. `endpoint`: a page of the console, which is
    asked with `asked`; whoever may not open it is not told of the task.
    """

    hurt: Hurt
    words: str
    button: str
    endpoint: str
    figures: Mapping[str, object] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    fen: int = 0
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where and when tasks are looked for, and how the kiosks are then."""

    region_id: int
    names: Names
    kiosks: Sequence[KioskLine]


@dataclass(frozen=True, slots=True)
class Waits:
    """Tasks of one sort, for those who may, in the part of the county where they may."""

    needs: Permission
    look_up: Callable[[sa.Connection, Standpoint, Area], Iterable[Task]]


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """By what suffers, then by how much money, then by how long."""
    return sorted(tasks, key=lambda task: (task.hurt, -task.fen, task.since_ms or NO_TIME))
