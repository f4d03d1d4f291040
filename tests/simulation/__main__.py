"""`python -m tests.simulation --years 20 --seed 1`: play seeds and print what was found.

`--replay SEED` plays one seed and prints its story; a broken one is shrunk first.
`--thief --seeds 1000` plays towns in which somebody has the key of one kiosk, and prints what was tried.
"""

from __future__ import annotations

import json
import os

import click

from tests.simulation.campaign import run
from tests.simulation.generate import scenario
from tests.simulation.play import play
from tests.simulation.shrink import shrink, story
from tests.simulation.thief.table import run as run_thief


@click.command()
@click.option("--years", default=2.0, help="Kiosk-years to play.")
@click.option("--seed", default=0, help="The first seed.")
@click.option("--processes", default=os.cpu_count() or 1, help="Seeds at a time.")
@click.option("--replay", type=int, help="Play this seed alone and print its story.")
@click.option("--days", default=30, help="With --replay: how many.")
@click.option("--thief", is_flag=True, help="Towns in which a kiosk's key was stolen.")
@click.option("--seeds", default=100, help="With --thief: how many towns.")
def main(
    years: float, seed: int, processes: int, replay: int | None, days: int, thief: bool, seeds: int
) -> None:
    if thief:
        table = run_thief(seeds, seed, processes)
        print("\n".join(table.in_words()))
        raise SystemExit(bool(table.broken))
    if replay is not None:
        played = play(scenario(replay, days))
        print(story(shrink(played) if played.broken else played))
        print(f"trace {played.trace_hash}")
        raise SystemExit(bool(played.broken))
    report = run(years, seed, processes)
    print(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    raise SystemExit(bool(report.broken or 0 in report.mutants.values()))


main()
