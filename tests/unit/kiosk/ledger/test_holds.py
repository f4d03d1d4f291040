"""Money set aside is settled once, and never for more than was set aside."""

from __future__ import annotations

import pytest

from kiosk.common.purses import purse_of
from kiosk.counter import Counter
from kiosk.ledger.accounts import held, own_money, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.holds import (
    CaptureTooLarge,
    HoldSettled,
    HoldTooLarge,
    HoldUnknown,
    capture,
    hold,
    release,
)
from tests.factories import SITE, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

OWN, HELD, EARNED = own_money(1001), held(1001), revenue("charging", SITE)


def set_aside(counter: Counter, fen: int) -> int:
    with counter.journal.writing() as writing:
        purse = purse_of(writing, counter.catalogue, 1001)
        made = hold(writing, purse, 1001, fen, "machine/cup-3", at=counter.clock.now())
    return made.record.seq


def settle(counter: Counter, seq: int, fen: int) -> None:
    with counter.journal.writing() as writing:
        if fen:
            capture(writing, seq, fen, EARNED, at=counter.clock.now())
        else:
            release(writing, seq, at=counter.clock.now())


def standing(counter: Counter) -> tuple[int, int, int]:
    return balance(counter, OWN), balance(counter, HELD), balance(counter, EARNED)


@pytest.mark.parametrize(
    ("fen", "left"), [(120, (-120, 0, 120)), (300, (-300, 0, 300)), (0, (0, 0, 0)), (1, (-1, 0, 1))]
)
def test_what_was_used_is_paid_and_the_rest_comes_back(
    world: World, counter: Counter, fen: int, left: tuple[int, int, int]
) -> None:
    world.add(resident(), fen=300)
    seq = set_aside(counter, 300)
    assert standing(counter) == (-300, 300, 0)
    settle(counter, seq, fen)
    assert standing(counter) == left


def test_what_is_set_aside_cannot_be_spent(world: World, counter: Counter) -> None:
    world.without_courtesy()
    world.add(resident(), fen=1300)
    with pytest.raises(HoldTooLarge) as refusal:
        set_aside(counter, 1301)
    assert vars(refusal.value) == {"hold": Amount(1301), "outstanding": Amount(1300)}
    seq = set_aside(counter, 400)
    with pytest.raises(Exception, match="not_enough_money"):
        tap(counter)
    settle(counter, seq, 0)
    assert tap(counter).result.balance_fen == 300
    with pytest.raises(HoldTooLarge):
        set_aside(counter, 0)


@pytest.mark.parametrize(("first", "then"), [(100, 100), (100, 0), (0, 100), (0, 0)])
def test_a_hold_is_settled_once(world: World, counter: Counter, first: int, then: int) -> None:
    world.add(resident(), fen=300)
    seq = set_aside(counter, 300)
    settle(counter, seq, first)
    with pytest.raises(HoldSettled):
        settle(counter, seq, then)
    assert standing(counter) == (-first, 0, first)


def test_no_more_is_captured_than_was_held_and_only_of_a_hold(world: World, counter: Counter) -> None:
    world.add(resident())
    seq = set_aside(counter, 300)
    with pytest.raises(CaptureTooLarge) as refusal:
        settle(counter, seq, 301)
    assert vars(refusal.value) == {"capture": Amount(301), "hold": Amount(300)}
    for other in (1, 999):
        with pytest.raises(HoldUnknown):
            settle(counter, other, 1)
    assert standing(counter) == (-300, 300, 0)
