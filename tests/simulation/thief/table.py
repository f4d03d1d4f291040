"""Many seeds, and the attacker's table: what was tried, what it moved, what the office said."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.thief.robbery import Robbed, rob
from tests.statements import compiled_once
from tests.templates import schema_from_templates

SILENT = "nothing"
MOST_WORDS = 4  # of what the office said, the commonest


@dataclass
class Line:
    """One attack over all seeds; fen."""

    times: int = 0
    most_fen: int = 0
    programme_fen: int = 0
    said: Counter[str] = field(default_factory=Counter)


@dataclass
class Table:
    """What the seeds had in them; every figure is counted."""

    seeds: int = 0
    in_quarantine: int = 0
    largest: Robbed | None = None
    nearest: Robbed | None = None
    broken: list[str] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))

    def add(self, robbed: Robbed) -> None:
        self.seeds += 1
        self.in_quarantine += robbed.in_quarantine
        if self.largest is None or robbed.harm.loss_fen > self.largest.harm.loss_fen:
            self.largest = robbed
        if self.nearest is None or robbed.share > self.nearest.share:
            self.nearest = robbed
        self.broken += [f"seed {robbed.seed}: {each}" for each in robbed.faults]
        for tried in robbed.tried:
            line = self.lines[tried.name]
            line.times += 1
            line.most_fen = max(line.most_fen, tried.moved_fen)
            line.programme_fen = max(line.programme_fen, tried.programme_fen)
            line.said.update(tried.said or (SILENT,))

    def in_words(self) -> Iterator[str]:
        yield "| tried | times | most it moved, yuan | programme, yuan | the office said |"
        yield "|---|---|---|---|---|"
        for name, line in sorted(self.lines.items()):
            said = ", ".join(f"{word} {times}" for word, times in line.said.most_common(MOST_WORDS))
            moved, programme = line.most_fen / 100, line.programme_fen / 100
            yield f"| {name} | {line.times} | {moved:.2f} | {programme:.2f} | {said} |"
        yield f"{self.seeds} seeds, in quarantine at the end: {self.in_quarantine}"
        for which, robbed in (("largest loss", self.largest), ("nearest to its bound", self.nearest)):
            if robbed is not None:
                loss, bound = robbed.harm.loss_fen / 100, robbed.bound.loss_fen / 100
                yield f"{which}: {loss:.2f} yuan of {bound:.2f} (seed {robbed.seed})"
        yield f"beyond what was stated, or accused for nothing: {len(self.broken)}"
        yield from self.broken


def _quick() -> None:
    """Each town has a handful of new databases."""
    compiled_once()
    schema_from_templates()


def run(seeds: int, first_seed: int, processes: int) -> Table:
    table = Table()
    with ProcessPoolExecutor(processes, initializer=_quick) as pool:
        for robbed in pool.map(rob, range(first_seed, first_seed + seeds), chunksize=4):
            table.add(robbed)
            print(f"\r{table.seeds} of {seeds} seeds", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return table
