"""Who drinks coffee in a simulated town, and the machine there: it has no wire, and no journal either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.people.identify import Identified
from kiosk.services.contract import Service
from tests.services.coffee_machine.actions import Coffee, Machine
from tests.services.coffee_machine.device import CupEnded, Word
from tests.services.coffee_machine.service import COFFEE

BREWING = "BREWING"


def drink(counter: Counter, who: Identified, _request_id: str) -> Outcome:
    return counter[Coffee].begin(who, counter.clock.now())


VISITS = (drink,)


class MachineBeside:
    """Stands beside a kiosk and outlives whatever becomes of that."""

    ready = True

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self._asked: list[str] = []

    def brew(self, ref: str) -> None:
        self.states[ref] = BREWING

    def ask(self, ref: str) -> None:
        self._asked.append(ref)

    def finish(self, *, is_empty: bool = False) -> None:
        """What was under way is over; nobody is told unless they ask."""
        over = Word.FAIL if is_empty else Word.CUP
        self.states |= {ref: over for ref, state in self.states.items() if state == BREWING}

    @property
    def cups(self) -> int:
        return sum(state == Word.CUP for state in self.states.values())

    def answers(self) -> Sequence[CupEnded]:
        """To what was asked since."""
        asked, self._asked = self._asked, []
        over = [(ref, self.states.get(ref, Word.NONE)) for ref in asked]
        return [CupEnded(Word(state), ref) for ref, state in over if state != BREWING]


def with_machine(machine: Machine) -> Service:
    return replace(COFFEE, opens=lambda here: [Coffee(here, machine)], devices=lambda *_: ())
