"""Many cases, from one seed: which damages, on which journals, and how they ended."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.damage import journals
from tests.damage.judge import Case, case
from tests.damage.kinds import OF_A_DATABASE, OF_ANY_FILE, Damage
from tests.factories import World

KILLED = "killed"  # its changes still lie in the log beside the file


@dataclass(slots=True)
class Row:
    """One line of the table."""

    cases: int = 0
    with_effect: int = 0
    slowest_s: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, seed: str, ended: Case) -> None:
        self.cases += 1
        self.with_effect += ended.effect
        self.slowest_s = max(self.slowest_s, ended.serves_after_s)
        self.ends["serves" if ended.serves else f"says {ended.said}"] += 1
        self.faults += [f"{seed}: {each}" for each in ended.faults]


def campaign(folder: Path, seed: int, records: int, rounds: int) -> dict[str, Row]:
    """`rounds` cases of each kind on a journal of so many records, and as many on what a kill leaves."""
    world = journals.make(folder / f"{records}", records)
    killed = journals.killed(world, folder / f"{records} killed")
    table: dict[str, Row] = {}
    for round_ in range(rounds):
        for name, origin, file, damage in _cases(world, killed):
            told = f"{seed} {records} {name} {round_}"
            row = table.setdefault(name, Row())
            copy = journals.copy(origin, folder / "case")
            row.add(told, case(copy, file, damage, random.Random(told)))
            shutil.rmtree(copy.folder)
    return table


def _cases(world: World, killed: World) -> Iterator[tuple[str, World, str, Damage]]:
    for name, damage in OF_A_DATABASE.items():
        yield name, world, "journal.db", damage
    for name, damage in OF_ANY_FILE.items():
        yield f"log: {name}", killed, "journal.db-wal", damage
    for name in ("a burst", "cut off"):
        yield f"shm: {name}", killed, "journal.db-shm", OF_ANY_FILE[name]
    yield "nothing, after a kill", killed, "journal.db", lambda content, chance: None


def told(table: dict[str, Row]) -> str:
    """The table for people."""
    lines = [f"{'kind':28} {'cases':>5} {'effect':>6} {'faults':>6} {'slowest':>8}  how they ended"]
    for name, row in table.items():
        ends = ", ".join(f"{count} {end}" for end, count in row.ends.most_common())
        lines.append(
            f"{name:28} {row.cases:5} {row.with_effect:6} {len(row.faults):6} {row.slowest_s:6.1f} s  {ends}"
        )
    return "\n".join(lines)
