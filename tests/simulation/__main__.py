"""`python -m tests.simulation --years 20 --seed 1`: play seeds and print what was found.

`--replay SEED` plays one seed and prints its story; a broken one is shrunk first.
"""

from __future__ import annotations

import json
import os

import click

from tests.simulation.campaign import play_seed, run
from tests.simulation.shrink import shrink, story


@click.command()
@click.option("--years", default=2.0, help="Kiosk-years to play.")
@click.option("--seed", default=0, help="The first seed.")
@click.option("--processes", default=os.cpu_count() or 1, help="Seeds at a time.")
@click.option("--replay", type=int, help="Play this seed alone and print its story.")
def main(years: float, seed: int, processes: int, replay: int | None) -> None:
    if replay is not None:
        played = play_seed(replay)
        print(story(shrink(played) if played.broken else played))
        print(f"trace {played.trace_hash}")
        raise SystemExit(bool(played.broken))
    report = run(years, seed, processes)
    print(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    raise SystemExit(bool(report.broken or 0 in report.mutants.values()))


main()
