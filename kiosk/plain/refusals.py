"""Refusals: what the counter says no to, by name. The screen picks the sentence."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A reason not to do what was asked.

    `code` is stable and may be stored or sent. `figures` are what the sentence needs: integers carry their
    unit in the name. They are fields as well, and a class declares those that somebody looks at.
    `again_helps` says whether doing the same once more can end differently.
    """

    code: ClassVar[str]
    again_helps: ClassVar[bool] = False
    is_told: ClassVar[bool] = False  # kindly, because whoever stands there did nothing that failed
    is_fault: ClassVar[bool] = False  # something of ours is broken, and the log should say so

    def __init__(self, **figures: int | str) -> None:
        super().__init__(f"{self.code} {figures}" if figures else self.code)
        self.figures = figures
        vars(self).update(figures)


class NothingToPay(Refusal):
    """There is nothing to pay for: whoever taps is told how the account stands."""
