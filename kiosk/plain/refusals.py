"""Refusals: what the counter says no to, by name. The screen picks the sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, dataclass_transform


@dataclass_transform(kw_only_default=True, eq_default=False)
class Refusal(Exception):
    """A reason not to do what was asked.

    `code` is stable and may be stored or sent. A class declares what its sentence needs, and what the log
    should have, as a dataclass does: integers carry their unit in the name.
    `again_helps` says whether doing the same once more can end differently.
    """

    code: ClassVar[str]
    again_helps: ClassVar[bool] = False
    is_told: ClassVar[bool] = False  # kindly, because whoever stands there did nothing that failed
    is_fault: ClassVar[bool] = False  # something of ours is broken, and the log should say so

    def __init_subclass__(cls) -> None:
        dataclass(eq=False, kw_only=True)(cls)

    def __str__(self) -> str:
        return f"{self.code} {vars(self)}" if vars(self) else self.code


class NothingToPay(Refusal):
    """There is nothing to pay for: whoever taps is told how the account stands."""
