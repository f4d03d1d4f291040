"""A failing scenario made short: steps, kiosks and residents are left out while the same thing breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tests.simulation.play import Played, play
from tests.simulation.steps import Scenario, Step

MOST_PLAYS = 400

T = TypeVar("T")
Player = Callable[[Scenario], Played]


def shrink(failing: Played, player: Player = play, most_plays: int = MOST_PLAYS) -> Played:
    """The shortest scenario found that breaks the same invariant, as it was played."""
    return _Shrinking(failing, player, most_plays).run()


def story(played: Played) -> str:
    """A scenario that broke, for people: who there is, and line by line what happened."""
    scenario = played.scenario
    places = ", ".join(f"{name} in {site}" for name, site in scenario.kiosks)
    people = ", ".join(
        f"{number} of {home} (born {year}, {fen} fen)" for number, home, year, fen in scenario.residents
    )
    return "\n".join([f"seed {scenario.seed}: kiosks {places}; {people}", *played.trace])


class _Shrinking:
    def __init__(self, failing: Played, player: Player, most_plays: int) -> None:
        self._best, self._player, self._left = failing, player, most_plays

    def run(self) -> Played:
        self._shorten(self._best.scenario.steps[: self._best.steps_done])
        self._fewer_steps()
        for place in reversed(self._best.scenario.kiosks):
            self._without_kiosk(place)
        for person in reversed(self._best.scenario.residents):
            scenario = self._best.scenario
            people = tuple(each for each in scenario.residents if each != person)
            self._try(replace(scenario, residents=people))
        self._fewer_steps()
        return self._best

    def _fewer_steps(self) -> None:
        """Delta debugging: leave out ever smaller pieces."""
        pieces = 2
        while len(steps := self._best.scenario.steps) > 1 and self._left > 0:
            size = -(-len(steps) // pieces)
            starts = range(0, len(steps), size)
            if any(self._shorten(steps[:start] + steps[start + size :]) for start in starts):
                pieces = max(2, pieces - 1)
            elif size == 1:
                return
            else:
                pieces = min(len(steps), pieces * 2)

    def _without_kiosk(self, place: tuple[str, str]) -> None:
        scenario = self._best.scenario
        kiosks = tuple(each for each in scenario.kiosks if each != place)
        steps = tuple(each for each in scenario.steps if each.where != place[0])
        if kiosks:
            self._try(replace(scenario, kiosks=kiosks, steps=steps))

    def _shorten(self, steps: tuple[Step, ...]) -> bool:
        return self._try(replace(self._best.scenario, steps=steps))

    def _try(self, scenario: Scenario) -> bool:
        if self._left <= 0:
            return False
        self._left -= 1
        played = self._player(scenario)
        if played.broken != self._best.broken:
            return False
        self._best = played
        return True
