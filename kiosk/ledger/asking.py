"""Asking the office, at the moment of a sale, for a right that this kiosk does not hold.

The counter never waits for an answer that may not come: whoever implements `Asking` gives up by itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec

from kiosk.ledger.accounts import Account
from kiosk.ledger.rights import Grant


class Verdict(StrEnum):
    """What came of asking."""

    GRANTED = "granted"  # as much as was needed
    NO_MONEY = "no_money"  # the office answered, and could not give as much
    EATEN = "eaten"  # the subsidised portion of this meal was had elsewhere
    UNREACHABLE = "unreachable"  # nobody answered in time


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The office's word. `grant` is the account's newest one for this journal, whatever the verdict."""

    verdict: Verdict
    grant: Grant | None = None
    eaten_at: str = ""  # site where this meal was had, with `EATEN`


UNREACHABLE = Answer(verdict=Verdict.UNREACHABLE)


class Asking(Protocol):
    """Whom the counter can ask."""

    def ask(self, account: Account, need_fen: int, *, resident_id: int, day: str, meal: str) -> Answer:
        """Ask for `need_fen` more than this kiosk may spend of an account; 0 only asks about the meal.

        `day` (ISO date) and `meal` are empty unless a subsidised portion is meant. Answers within 800 ms and
        never raises: what goes wrong on the way is `UNREACHABLE`.
        """


class NobodyToAsk:
    """A kiosk without a way to the office."""

    def ask(self, account: Account, need_fen: int, *, resident_id: int, day: str, meal: str) -> Answer:
        return UNREACHABLE
