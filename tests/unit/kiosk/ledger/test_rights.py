"""Spending rights are arithmetic on sums that only grow."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.rights import Standing, Turnover, standing
from tests.factories import grant

fen = st.integers(0, 10**7)


def test_without_a_grant_only_what_was_topped_up_here_may_be_spent() -> None:
    assert standing(None, Turnover(credits=5000, debits=1200)) == Standing(outstanding=3800, balance=3800)


def test_the_balance_shown_is_the_offices_with_our_own_records_since() -> None:
    known = msgspec.structs.replace(grant(1, b"j" * 16, 10_000), balance=7000, debits=3000)
    now = standing(known, Turnover(debits=4000))
    assert now == Standing(outstanding=6000, balance=6000)


@given(granted=fen, credits=fen, debits=fen, later_credits=fen, later_debits=fen)
def test_a_newer_word_of_the_office_about_what_we_did_changes_nothing(
    granted: int, credits: int, debits: int, later_credits: int, later_debits: int
) -> None:
    """The office repeating our own sales back to us moves neither right nor balance."""
    here = Turnover(credits + later_credits, debits + later_debits)
    old = grant(1, b"j" * 16, granted)
    new = msgspec.structs.replace(old, balance=granted + credits - debits, credits=credits, debits=debits)
    assert standing(new, here) == standing(old, here)
