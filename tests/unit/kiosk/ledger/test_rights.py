"""Spending rights are arithmetic on sums that only grow."""

from __future__ import annotations

from functools import reduce
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.rights import (
    Grant,
    Position,
    Turnover,
    courtesy_to_collect,
    merged_right,
    newest,
    position,
    said_after,
)
from tests.factories import grant

fen = st.integers(0, 10**7)


def test_without_a_grant_only_what_was_topped_up_here_may_be_spent() -> None:
    assert position(None, Turnover(credits=5000, debits=1200)) == Position(outstanding=3800, balance=3800)


def test_the_balance_shown_is_the_offices_with_our_own_records_since() -> None:
    known = msgspec.structs.replace(grant(1, b"j" * 16, 10_000), balance=7000, debits=3000)
    now = position(known, Turnover(debits=4000))
    assert now == Position(outstanding=6000, balance=6000)


@given(granted=fen, credits=fen, debits=fen, later_credits=fen, later_debits=fen)
def test_a_newer_word_of_the_office_about_what_we_did_changes_nothing(
    granted: int, credits: int, debits: int, later_credits: int, later_debits: int
) -> None:
    """The office repeating our own sales back to us moves neither right nor balance."""
    here = Turnover(credits + later_credits, debits + later_debits)
    old = grant(1, b"j" * 16, granted)
    new = msgspec.structs.replace(old, balance=granted + credits - debits, credits=credits, debits=debits)
    assert position(new, here) == position(old, here)


def test_what_was_returned_is_not_spent_and_leaves_the_balance_alone() -> None:
    assert position(grant(1, b"j" * 16, 5000), Turnover(debits=1000), 1500) == Position(2500, 4000)
    assert position(None, Turnover(credits=500), 500) == Position(0, 500)


def test_a_courtesy_is_collected_at_home_and_never_below_nought() -> None:
    home = msgspec.structs.replace(grant(1, b"j" * 16, 0), owed=700)
    away = msgspec.structs.replace(home, home=False, owed=0)
    assert courtesy_to_collect(home, Turnover(credits=200, debits=300)) == 800
    assert courtesy_to_collect(home, Turnover(credits=2000, debits=300)) == 0
    assert (
        courtesy_to_collect(away, Turnover(debits=300))
        == courtesy_to_collect(None, Turnover(debits=300))
        == 0
    )


def test_an_older_word_of_the_office_takes_nothing_back() -> None:
    old = msgspec.structs.replace(grant(1, b"j" * 16, 1000), owed=100)
    new = msgspec.structs.replace(old, granted=3000, owed=400, balance=2500, head_seq=9, debits=500)
    assert newest(old, new) == newest(new, old) == new
    assert newest(None, old) == newest(old, None) == old
    assert newest(None, None) is None


def test_what_a_new_home_lent_as_a_visitor_is_not_collected_twice() -> None:
    """The former home collects that; the office counts it out of what is owed here."""
    visitor = msgspec.structs.replace(grant(1, b"j" * 16, 0), home=False)
    home = msgspec.structs.replace(visitor, home=True, owed=-600)
    for merged in (newest(visitor, home), newest(home, visitor)):
        assert merged is not None
        assert (merged.home, courtesy_to_collect(merged, Turnover(debits=600))) == (True, 0)


words = st.builds(
    lambda granted, home, owed, seq: msgspec.structs.replace(
        grant(1, b"j" * 16, granted), home=home, owed=owed, head_seq=seq
    ),
    fen,
    st.booleans(),
    st.integers(-(10**7), 10**7),
    st.integers(0, 9),
)


@given(said=st.lists(words, min_size=1, max_size=5), dice=st.randoms())
def test_the_offices_words_give_the_same_right_in_any_order_and_however_often(
    said: list[Grant], dice: Random
) -> None:
    """The former home collects what a visitor's kiosk lent, whichever word is heard last."""
    order = said * 2
    dice.shuffle(order)
    heard, merged = reduce(newest, order), reduce(newest, said)
    assert heard is not None and merged is not None
    assert heard.right == merged.right == reduce(merged_right, [each.right for each in said])
    assert heard.granted == max(each.granted for each in said)
    homes = [each.owed for each in said if each.home] or [each.owed for each in said]
    assert (heard.home, heard.owed) == (any(each.home for each in said), max(homes))
    assert heard.head_seq == max(each.head_seq for each in said)


def test_a_grant_to_another_journal_is_not_merged() -> None:
    old, new = grant(1, b"j" * 16, 9000), grant(1, b"k" * 16, 10)
    assert newest(old, new) == new


def test_the_later_word_holds_though_a_restored_office_names_an_earlier_head() -> None:
    before = msgspec.structs.replace(grant(1, b"j" * 16, 5000), balance=8900, head_seq=40)
    after = msgspec.structs.replace(before, granted=4000, balance=7900, head_seq=35)
    assert said_after(before, after) == msgspec.structs.replace(after, granted=5000)
    assert said_after(None, after) == after
