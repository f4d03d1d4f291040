"""Playing a scenario: step by step, until its end or until an invariant breaks."""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.memory import MEMORY, has_room
from tests.simulation.acts import ACTS
from tests.simulation.charging import people  # noqa: F401  (what they do registers itself)
from tests.simulation.judged import charging  # noqa: F401  (its invariants register themselves)
from tests.simulation.judged.invariants import check_all, heal
from tests.simulation.judged.oracle import Broken
from tests.simulation.machine.chance import fixed_chance
from tests.simulation.steps import Scenario
from tests.simulation.town import Town, the_machine


@dataclass(frozen=True, slots=True)
class Played:
    """How it went. `broken` names the invariant that did not hold, or nothing."""

    scenario: Scenario
    trace: tuple[str, ...]
    trace_hash: str
    broken: str = ""
    detail: str = ""
    steps_done: int = 0
    sales: int = 0
    sessions: int = 0  # of charging that ended, and what was billed of them
    energy_wh: int = 0
    largest_loss_fen: int = 0  # seen, and what the office stated at that moment
    stated_loss_fen: int = 0
    lost_to_images_fen: int = 0  # money that was spent once more from an old SD card
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    detections: Counter[str] = field(default_factory=Counter)


def play(scenario: Scenario) -> Played:
    broken, detail = "", ""
    with a_folder() as folder, fixed_chance(f"machine {scenario.seed}"), the_machine():
        town = Town(folder, scenario)
        try:
            with town.wired():
                _run(town, scenario)
        except Broken as error:
            broken, detail = error.invariant, error.detail
        except Exception as error:
            broken, detail = "no_defect", "".join(traceback.format_exception(error)[-6:])
        finally:
            town.close()
    if broken:
        town.trace.append(f"BROKEN {broken}: {detail}")
    return Played(
        scenario,
        tuple(town.trace),
        town.trace_hash,
        broken,
        detail,
        town.steps_done,
        town.oracle.sales,
        town.sessions.ended.total(),
        town.sessions.energy_wh,
        town.largest_loss_fen,
        town.stated_loss_fen,
        town.oracle.worst_loss_fen,
        town.faults,
        town.detections,
    )


def _run(town: Town, scenario: Scenario) -> None:
    town.begin(scenario)
    for step in scenario.steps:
        town.at_ms = max(town.at_ms, step.at_ms)
        town.steps_done += 1
        if step.act == "check":
            heal(town)
            check_all(town)
            town.say("", "everybody was heard, and all is well")
        else:
            ACTS[step.act](town, step.where, *step.args)


@contextmanager
def a_folder() -> Iterator[Path]:
    """For a town, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="simulation-", dir=MEMORY if has_room() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
