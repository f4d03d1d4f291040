"""Money is whole numbers with a unit, and entries balance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.accounts import cash_box, own_money
from kiosk.ledger.amount import Amount, Unit, UnitMismatch
from kiosk.ledger.entries import (
    MOST_BOOKED,
    Posting,
    QuantityTooLarge,
    Unbalanced,
    balanced,
    imbalance,
    posting,
)

quantities = st.integers(-(10**9), 10**9)


@pytest.mark.parametrize("wrong", [1.0, 10.5, True, "10", None])
def test_an_amount_is_a_whole_number(wrong: object) -> None:
    with pytest.raises(TypeError, match="whole number of FEN"):
        Amount(wrong)


@given(quantities, quantities)
def test_amounts_add_and_take_away(one: int, other: int) -> None:
    assert Amount(one) + Amount(other) - Amount(other) == Amount(one)
    assert -Amount(one) + Amount(one) == Amount(0)
    assert (Amount(one) < Amount(other)) == (one < other)
    assert (Amount(one) <= Amount(other)) == (one <= other)


def test_minutes_are_not_money() -> None:
    with pytest.raises(UnitMismatch):
        Amount(1) + Amount(1, Unit.MINUTE)
    with pytest.raises(UnitMismatch):
        _ = Amount(1) < Amount(1, Unit.MINUTE)


def test_an_entry_that_does_not_sum_to_zero_is_refused_with_the_excess() -> None:
    with pytest.raises(Unbalanced) as error:
        balanced(posting(own_money(1), Amount(-1000)), posting(cash_box("x"), Amount(999)))
    assert error.value.excess == {Unit.FEN: -1}


def test_each_unit_balances_for_itself() -> None:
    with pytest.raises(Unbalanced) as error:
        balanced(Posting(own_money(1), 5), Posting(own_money(2), -5, Unit.MINUTE))
    assert error.value.excess == {Unit.FEN: 5, Unit.MINUTE: -5}


def test_postings_of_nothing_are_left_out() -> None:
    assert balanced(Posting(own_money(1), 0), Posting(cash_box("x"), 0)) == ()


@given(st.lists(quantities))
def test_closing_an_entry_with_its_excess_balances_it(moved: list[int]) -> None:
    entry = [Posting(own_money(n), quantity) for n, quantity in enumerate(moved)]
    closing = Posting(cash_box("x"), -sum(moved))
    assert imbalance([*entry, closing]) == {}


@pytest.mark.parametrize("quantity", [MOST_BOOKED + 1, -MOST_BOOKED - 1, 2**63])
def test_an_amount_that_nobody_has_is_a_named_error(quantity: int) -> None:
    with pytest.raises(QuantityTooLarge, match=str(quantity)):
        balanced(Posting(own_money(1), quantity), Posting(cash_box("x"), -quantity))
    assert len(balanced(Posting(own_money(1), MOST_BOOKED), Posting(cash_box("x"), -MOST_BOOKED))) == 2
