"""Life in small towns with everything going wrong: nothing is lost, doubled, overdrawn or forged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.campaign import MUTANT_DAYS, is_caught, kiosk_years_of
from tests.simulation.generate import CHECK_EVERY_DAYS, scenario
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.play import play
from tests.simulation.shrink import shrink, story
from tests.simulation.steps import DAY_MS, Scenario, Step
from tests.tiers import in_both

SEEDS = range(4)  # others: `make soak`
MONTH_DAYS, FAST_DAYS, CASH_DAYS = 30, CHECK_EVERY_DAYS, 16
BANKS_WEEKLY = 1
HOUR_MS = DAY_MS // 24
SHORT = [mutant for mutant in MUTANTS if mutant.name in ("requests_forgotten", "grants_as_deltas")]
LONG = [mutant for mutant in MUTANTS if mutant not in SHORT]


@in_both("town", fast=[(0, FAST_DAYS)], deep=[(seed, MONTH_DAYS) for seed in SEEDS], ids=str)
def test_life_in_a_town_breaks_no_invariant(town: tuple[int, int]) -> None:
    seed, days = town
    played = play(scenario(seed, days))
    assert not played.broken, story(shrink(played))
    assert played.sales and played.faults


@in_both("days", fast=[8], deep=[CASH_DAYS])
def test_cash_that_waits_for_a_week_accuses_nobody(days: int) -> None:
    played = play(scenario(BANKS_WEEKLY, days))
    assert not played.broken, story(shrink(played))
    assert played.detections["cash beyond the limit: it waited for a clerk"]


def one_kiosk(*what: tuple[int | str, ...]) -> Scenario:
    """A short story: hour, act, and what it is done with."""
    steps = (Step(int(hour) * HOUR_MS, str(act), "a", tuple(args)) for hour, act, *args in what)
    return Scenario("story", 1, (("a", "east"),), ((1001, "east", 1950, 9000),), tuple(steps))


def test_what_two_cards_enter_anew_is_taken_back_once_and_missing_nowhere() -> None:
    """Town 32 in its thirtieth day."""
    put_back = (1, "keep_image"), (2, "topup", 1001, 1000, "r1"), (3, "sync"), (4, "put_back")
    copied = (5, "topup", 1001, 3000, "r2"), (6, "clone"), (7, "sync"), (8, "check")
    played = play(one_kiosk(*put_back, *copied))
    assert not played.broken, story(played)


def test_what_was_held_between_two_returns_of_one_card_is_settled_once_somebody_has_looked() -> None:
    """Town 22 in its twentieth day."""
    forked = (1, "keep_image"), (2, "topup", 1001, 1000, "r1"), (3, "sync"), (4, "put_back"), (5, "sync")
    held = (6, "sync"), (7, "visit", "coffee drink", 1001, "v1"), (8, "sync"), (9, "put_back"), (10, "check")
    played = play(one_kiosk((0, "sync"), *forked, *held))
    assert not played.broken, story(played)


def test_a_seed_has_one_trace() -> None:
    """In another process: below."""
    assert play(scenario(3, 4)).trace_hash == play(scenario(3, 4)).trace_hash


def test_the_months_are_more_than_a_kiosk_year() -> None:
    assert kiosk_years_of(SEEDS) > 1


@in_both("mutant", fast=SHORT, deep=LONG, ids=lambda mutant: mutant.name)
def test_a_fault_of_ours_is_caught(mutant: Mutant) -> None:
    assert is_caught(mutant), f"{mutant.name} outlived {mutant.within} seeds"


@pytest.mark.deep
def test_a_seed_has_one_trace_in_every_process() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--replay", "3", "--days", str(FAST_DAYS)]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True) as there:
        here = play(scenario(3, FAST_DAYS)).trace_hash  # beside it
        said, _ = there.communicate()
    assert (there.returncode, said.splitlines()[-1]) == (0, f"trace {here}")


@pytest.mark.deep
def test_a_broken_month_is_told_as_a_short_story() -> None:
    mutant = next(each for each in MUTANTS if each.name == "portions_forgotten")
    with mutant.plant():
        failing = play(scenario(0, MUTANT_DAYS))
        short = shrink(failing)
        again = play(short.scenario)
    assert failing.broken == short.broken == again.broken == "nothing_twice"
    assert short.trace_hash == again.trace_hash
    assert len(short.scenario.steps) <= 3 < len(failing.scenario.steps)
    assert len(short.scenario.kiosks) == 1
    assert "taps -> served" in story(short)
    assert not play(short.scenario).broken  # without the fault the same story ends well
