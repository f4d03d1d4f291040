"""What the till says no to. Nothing moves in any of these."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal


class AmountNotAllowed(Refusal):
    """Nothing, less than nothing, or more than anybody brings to a canteen: a slip of the finger."""

    code = "amount_not_allowed"
    amount_fen: int
    most_fen: int


class NothingToGiveBack(Refusal):
    """The record is nothing that could be undone, or all of it was given back before."""

    code = "nothing_to_give_back"
    receipt: str


class RefundTooLarge(Refusal):
    """More than is left of the price after what was given back before."""

    code = "refund_too_large"
    refund_fen: int
    left_fen: int

    @property
    def most_fen(self) -> int:
        return self.left_fen


class TopUpSpent(Refusal):
    """The money that was topped up is no longer there to be taken out again."""

    code = "topup_spent"
    topup_fen: int
    left_fen: int


class NoShiftOpen(Refusal):
    """Nobody answers for the cash box. Cards are served all the same."""

    code = "no_shift_open"


class ShiftOpenAlready(Refusal):
    """The one before must be closed first."""

    code = "shift_open_already"
    number: int


class ReasonMissing(Refusal):
    """What was counted is not what the books expect, and nobody has said why."""

    code = "reason_missing"
    expected_fen: int
    counted_fen: int
