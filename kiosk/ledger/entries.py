"""Postings, and the one rule they keep: within an entry each unit sums to zero."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Amount, Unit

MOST_BOOKED = 10**12  # of one posting: ten billion yuan, or two million years


class Posting(msgspec.Struct, array_like=True, frozen=True, gc=False):  # nothing in it leads back to it
    """`quantity` of `unit` to (above zero) or from (below zero) an account. Packed by position."""

    account: Account
    quantity: int
    unit: Unit = Unit.FEN


class Unbalanced(ValueError):
    """An entry whose postings do not sum to zero; `excess` names each unit and by how much."""

    def __init__(self, excess: dict[Unit, int]) -> None:
        super().__init__(f"postings do not sum to zero: {excess}")
        self.excess = excess


class QuantityTooLarge(ValueError):
    """A posting that no real amount explains: it was mistyped, or made up."""

    def __init__(self, refused: Posting) -> None:
        super().__init__(
            f"{refused.quantity} {refused.unit} on {refused.account}: at most {MOST_BOOKED} either way"
        )


def posting(account: Account, amount: Amount) -> Posting:
    return Posting(account, amount.quantity, amount.unit)


def balanced(*postings: Posting) -> tuple[Posting, ...]:
    """Return the postings that move something, or raise `Unbalanced` or `QuantityTooLarge`."""
    for each in postings:
        if not -MOST_BOOKED <= each.quantity <= MOST_BOOKED:
            raise QuantityTooLarge(each)
    excess = imbalance(postings)
    if excess:
        raise Unbalanced(excess)
    return tuple(each for each in postings if each.quantity)


def imbalance(postings: Iterable[Posting]) -> dict[Unit, int]:
    """By how much each unit misses zero; empty when the postings balance."""
    sums: dict[Unit, int] = {}
    for each in postings:
        sums[each.unit] = sums.get(each.unit, 0) + each.quantity
    return {unit: total for unit, total in sums.items() if total}
