"""Many seeds in a row, and what came of them as figures."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from tests.simulation.generate import scenario
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.play import Played, play
from tests.simulation.shrink import shrink, story

KIOSK_YEAR_DAYS = 365
MUTANT_DAYS = 12  # a planted fault shows early, or the next seed shows it


@dataclass
class Report:
    """What a campaign found; every figure is counted, none is worked out from another."""

    seeds: int = 0
    kiosk_days: int = 0
    sales: int = 0
    sessions: int = 0  # of charging
    energy_wh: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    detections: Counter[str] = field(default_factory=Counter)
    largest_loss_fen: int = 0  # seen
    stated_loss_fen: int = 0  # by the office at that moment, as the most that can be lost
    lost_to_images_fen: int = 0  # the most that was spent once more from an old SD card
    trace_hashes: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)  # stories
    mutants: dict[str, int] = field(default_factory=dict)  # seeds needed; 0: survived

    @property
    def kiosk_years(self) -> float:
        return round(self.kiosk_days / KIOSK_YEAR_DAYS, 2)

    def add(self, played: Played) -> None:
        self.seeds += 1
        self.kiosk_days += played.scenario.kiosk_days
        self.sales += played.sales
        self.sessions += played.sessions
        self.energy_wh += played.energy_wh
        for (kind, fault), times in played.faults.items():
            self.faults[f"{kind}: {fault}"] += times
        self.detections += played.detections
        both = (
            (self.largest_loss_fen, self.stated_loss_fen),
            (played.largest_loss_fen, played.stated_loss_fen),
        )
        self.largest_loss_fen, self.stated_loss_fen = max(both)
        self.lost_to_images_fen = max(self.lost_to_images_fen, played.lost_to_images_fen)
        self.trace_hashes[played.scenario.seed] = played.trace_hash
        if played.broken:
            self.broken.append(story(shrink(played)))

    def as_dict(self) -> dict[str, object]:
        return {
            "kiosk_years": self.kiosk_years,
            "seeds": self.seeds,
            "sales": self.sales,
            "charging_sessions": self.sessions,
            "charging_energy_wh": self.energy_wh,
            "faults": dict(sorted(self.faults.items())),
            "detections": dict(sorted(self.detections.items())),
            "invariants_broken": len(self.broken),
            "largest_loss_seen_fen": self.largest_loss_fen,
            "largest_loss_stated_fen": self.stated_loss_fen,
            "lost_to_old_images_fen": self.lost_to_images_fen,
            "mutants_caught_after_seeds": self.mutants,
            "trace_hashes": self.trace_hashes,
            "stories": self.broken,
        }


def run(years: float, first_seed: int, processes: int) -> Report:
    """Play seeds from the first on until so many kiosk-years are done."""
    report = Report()
    with ProcessPoolExecutor(processes) as pool:
        for played in pool.map(play_seed, _seeds_for(years, first_seed)):
            report.add(played)
            print(f"\r{report.kiosk_years} of {years} kiosk-years", end="", file=sys.stderr, flush=True)
        print("\nplanting faults of our own ...", file=sys.stderr, flush=True)
        caught = pool.map(seeds_to_catch_named, [mutant.name for mutant in MUTANTS])
        report.mutants = dict(zip([mutant.name for mutant in MUTANTS], caught, strict=True))
    return report


def play_seed(seed: int) -> Played:
    return play(scenario(seed))


def is_caught(mutant: Mutant) -> bool:
    return any(_play_planted(mutant, seed).broken for seed in mutant.seeds)


def seeds_to_catch(mutant: Mutant) -> tuple[int, Played | None]:
    """How many seeds until the oracle objects, and the run in which it did; 0 if it never does."""
    for seed in range(mutant.within):
        played = _play_planted(mutant, seed)
        if played.broken:
            return seed + 1, played
    return 0, None


def _play_planted(mutant: Mutant, seed: int) -> Played:
    with mutant.plant():
        return play(scenario(seed, MUTANT_DAYS))


def seeds_to_catch_named(name: str) -> int:
    return next(seeds_to_catch(mutant)[0] for mutant in MUTANTS if mutant.name == name)


def _seeds_for(years: float, first_seed: int) -> Iterator[int]:
    kiosk_days = 0
    for seed in count(first_seed):
        if kiosk_days >= years * KIOSK_YEAR_DAYS:
            return
        kiosk_days += scenario(seed).kiosk_days
        yield seed


def kiosk_years_of(seeds: Iterable[int]) -> float:
    return sum(scenario(seed).kiosk_days for seed in seeds) / KIOSK_YEAR_DAYS
