"""The air between reader and card: which exchanges get lost, by chance and while a card comes near.

An exchange is a command and its answer, or one search that selects a card. Half of those that are lost never
reach the card; of the others it is the answer that gets lost, so that the card has done what it was told.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

Seconds = Callable[[], float]


class Fate(Enum):
    """What becomes of one exchange."""

    HEARD = auto()
    COMMAND_LOST = auto()
    ANSWER_LOST = auto()


@dataclass(frozen=True, slots=True)
class Conditions:
    """Shares of exchanges that get lost, from 0 to 1."""

    loss: float = 0.0
    approach_loss: float = 0.0  # when a card is laid down; sinks to `loss` within `approach_s`
    approach_s: float = 0.0

    def loss_after(self, seconds: float) -> float:
        """The share that gets lost so long after the card was laid down."""
        if seconds >= self.approach_s:
            return self.loss
        return self.loss + (self.approach_loss - self.loss) * (1 - seconds / self.approach_s)


CLEAR = Conditions()
LOSSY = Conditions(loss=0.10)
SLOW_APPROACH = Conditions(approach_loss=0.5, approach_s=0.15)


class Radio:
    """Decides by a seed, so that a failing test fails again."""

    def __init__(
        self, conditions: Conditions = CLEAR, seed: int = 0, clock: Seconds = time.monotonic
    ) -> None:
        self._conditions, self._clock = conditions, clock
        self._chance = random.Random(seed)  # noqa: S311  # a simulation, no secret
        self._laid_s = clock()

    def card_laid(self) -> None:
        """A card begins to come near."""
        self._laid_s = self._clock()

    def fate(self) -> Fate:
        """Decide the next exchange."""
        loss = self._conditions.loss_after(self._clock() - self._laid_s)
        if self._chance.random() >= loss:
            return Fate.HEARD
        return self._chance.choice((Fate.COMMAND_LOST, Fate.ANSWER_LOST))
