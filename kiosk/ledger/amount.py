"""Amounts: whole numbers with a unit. A float is an error: a yuan that was rounded cannot be proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What an amount counts."""

    FEN = "FEN"  # a hundredth of a yuan
    MINUTE = "MINUTE"  # of volunteer time
    RIGHT = "RIGHT"  # to spend one fen without asking; see `kiosk.ledger.rights`
    MINUTE_RIGHT = "MINUTE_RIGHT"  # the same of one minute


# What can be granted, and in which unit such a right is given back.
RIGHT_TO: Mapping[Unit, Unit] = {Unit.FEN: Unit.RIGHT, Unit.MINUTE: Unit.MINUTE_RIGHT}


class UnitMismatch(TypeError):
    """Two amounts of different units were added or compared."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`quantity` of `unit`; may be negative."""

    quantity: int
    unit: Unit = Unit.FEN

    def __post_init__(self) -> None:
        if type(self.quantity) is not int:
            raise TypeError(f"an amount is a whole number of {self.unit}, not {self.quantity!r}")

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.quantity + self._same_unit(other).quantity, self.unit)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.quantity - self._same_unit(other).quantity, self.unit)

    def __neg__(self) -> Amount:
        return Amount(-self.quantity, self.unit)

    def __lt__(self, other: Amount) -> bool:
        return self.quantity < self._same_unit(other).quantity

    def __le__(self, other: Amount) -> bool:
        return self.quantity <= self._same_unit(other).quantity

    def _same_unit(self, other: Amount) -> Amount:
        if self.unit is not other.unit:
            raise UnitMismatch(f"{self} and {other} have different units")
        return other
