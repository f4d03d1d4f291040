"""Money in and back at the counter, while the office is away: both sides of every act."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, grant_key
from kiosk.counter import Counter
from kiosk.ledger.accounts import cash_box, courtesy, own_money, programme, revenue
from kiosk.ledger.errors import ReceiptUnknown
from kiosk.people.errors import CardUnknown, ResidentClosed
from kiosk.people.residents import ResidentStatus
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import AlreadyServed
from kiosk.services.canteen.tables import servings
from kiosk.services.till.actions import Till
from kiosk.services.till.errors import (
    AmountNotAllowed,
    NothingToGiveBack,
    RefundTooLarge,
    TopUpSpent,
)
from kiosk.services.till.results import Booked
from tests.factories import SITE, World, grant, resident, site, tariff
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

OWN, LENT_TO, CASH = own_money(1001), courtesy(1001), cash_box(SITE)
PROGRAMME, EARNED = programme("elder-meals"), revenue("canteen", SITE)


def served_rows(counter: Counter) -> list[tuple[int, int, int]]:
    with counter.reader.connect() as connection:
        query = sa.select(servings.c.served, servings.c.full_fen, servings.c.own_fen)
        return [tuple(row) for row in connection.execute(query.order_by(servings.c.seq))]


def test_cash_goes_into_the_account_and_can_be_spent_at_once(world: World, counter: Counter) -> None:
    world.without_courtesy()
    world.add(resident(), fen=0)
    outcome = counter[Till].top_up(1001, 5000, "request-1")
    assert (outcome.code, outcome.result) == ("topped_up", Booked(amount_fen=5000, balance_fen=5000))
    assert (balance(counter, OWN), balance(counter, CASH)) == (5000, -5000)
    assert tap(counter).result.balance_fen == 4000


def test_a_top_up_asked_for_twice_is_taken_once(world: World, counter: Counter) -> None:
    world.add(resident(), fen=0)
    first = counter[Till].top_up(1001, 5000, "request-1")
    assert counter[Till].top_up(1001, 5000, "request-1") == first
    assert (balance(counter, OWN), balance(counter, CASH)) == (5000, -5000)


@pytest.mark.parametrize("fen", [0, -100, 500_001])
def test_a_slip_of_the_finger_is_no_top_up(world: World, counter: Counter, fen: int) -> None:
    world.add(resident())
    with pytest.raises(AmountNotAllowed) as refusal:
        counter[Till].top_up(1001, fen, "request-1")
    assert vars(refusal.value) == {"amount_fen": fen, "most_fen": 500_000}
    assert balance(counter, OWN) == balance(counter, CASH) == 0


def test_nobody_tops_up_a_stranger_or_a_closed_account(world: World, counter: Counter) -> None:
    with pytest.raises(CardUnknown):
        counter[Till].top_up(1001, 100, "request-1")
    world.add(resident(status=ResidentStatus.CLOSED))
    with pytest.raises(ResidentClosed):
        counter[Till].top_up(1001, 100, "request-1")


def test_a_top_up_repays_courtesy_first(world: World, counter: Counter) -> None:
    world.add(resident(), fen=400)
    tap(counter)
    assert (balance(counter, OWN), balance(counter, LENT_TO)) == (-400, -600)
    outcome = counter[Till].top_up(1001, 5000, "request-1")
    assert (outcome.result.repaid_fen, outcome.result.owed_fen) == (600, 0)
    assert outcome.result.balance_fen == 4400
    assert (balance(counter, OWN), balance(counter, LENT_TO), balance(counter, CASH)) == (4000, 0, -5000)


def test_home_collects_what_others_gave_and_a_visitors_kiosk_does_not(world: World, counter: Counter) -> None:
    world.add(resident(), fen=0)
    told = msgspec.structs.replace(grant(1001, world.journal_id, 0), owed=700)
    world.publish(Kind.GRANT, {grant_key(OWN): told})
    assert counter[Till].top_up(1001, 1000, "request-1").result.repaid_fen == 700
    assert (balance(counter, OWN), balance(counter, LENT_TO)) == (300, 700)
    world.publish(Kind.GRANT, {grant_key(OWN): msgspec.structs.replace(told, home=False, owed=0)})
    assert counter[Till].top_up(1001, 1000, "request-2").result.repaid_fen == 0
    assert (balance(counter, OWN), balance(counter, LENT_TO)) == (1300, 700)


def test_part_of_a_price_goes_back_to_the_elder_first_and_then_to_the_programme(
    world: World, counter: Counter
) -> None:
    world.add(resident())
    receipt = tap(counter).receipt
    assert counter[Till].refund(receipt, 400, "request-1").result.balance_fen == 9400
    assert (balance(counter, OWN), balance(counter, PROGRAMME), balance(counter, EARNED)) == (
        -600,
        -500,
        1100,
    )
    counter[Till].refund(receipt, 800, "request-2")
    assert (balance(counter, OWN), balance(counter, PROGRAMME), balance(counter, EARNED)) == (0, -300, 300)
    assert served_rows(counter) == [(1, 1500, 1000), (0, -400, -400), (0, -800, -600)]


def test_a_refund_never_exceeds_what_is_left(world: World, counter: Counter) -> None:
    world.add(resident())
    receipt = tap(counter).receipt
    counter[Till].refund(receipt, 1400, "request-1")
    with pytest.raises(RefundTooLarge) as refusal:
        counter[Till].refund(receipt, 101, "request-2")
    assert vars(refusal.value) == {"refund_fen": 101, "left_fen": 100}
    with pytest.raises(AmountNotAllowed):
        counter[Till].refund(receipt, 0, "request-3")
    counter[Till].refund(receipt, 100, "request-4")
    with pytest.raises(NothingToGiveBack):
        counter[Till].refund(receipt, 1, "request-5")
    with pytest.raises(NothingToGiveBack):
        counter[Till].undo(receipt, "request-6")
    assert balance(counter, OWN) == balance(counter, PROGRAMME) == balance(counter, EARNED) == 0


def test_a_refund_asked_for_twice_is_given_once(world: World, counter: Counter) -> None:
    world.add(resident())
    receipt = tap(counter).receipt
    first = counter[Till].refund(receipt, 400, "request-1")
    assert counter[Till].refund(receipt, 400, "request-1") == first
    assert (balance(counter, OWN), balance(counter, EARNED)) == (-600, 1100)


def test_a_meal_that_was_undone_can_be_had_again(world: World, counter: Counter) -> None:
    world.add(resident())
    outcome = counter[Till].undo(tap(counter).receipt, "request-1")
    assert (outcome.code, outcome.result.balance_fen) == ("undone", 10_000)
    assert balance(counter, OWN) == balance(counter, PROGRAMME) == balance(counter, EARNED) == 0
    again = tap(counter)
    assert (again.code, again.result.portion, again.result.own_fen) == ("served", 1, 1000)
    assert [row[0] for row in served_rows(counter)] == [1, -1, 1]


def test_what_is_told_of_a_portion_taken_back_is_what_came_back_and_which_portion(
    world: World, counter: Counter
) -> None:
    """The programme's share is nobody's at the counter; and the first portion stands."""
    world.add(resident())
    first = tap(counter)
    second = counter[Canteen].second_portion(1001, "request-0")
    undone = counter[Till].undo(second.receipt, "request-1")
    assert (undone.result.back_fen, undone.result.balance_fen) == (1500, 9000)
    assert (undone.result.portion, undone.takes_back) == (2, second.receipt)
    with pytest.raises(AlreadyServed):
        tap(counter)
    undone = counter[Till].undo(first.receipt, "request-2")
    assert (undone.result.back_fen, undone.result.balance_fen) == (1000, 10_000)
    assert (undone.result.portion, undone.takes_back) == (1, first.receipt)
    assert balance(counter, OWN) == balance(counter, PROGRAMME) == balance(counter, EARNED) == 0


def test_a_sale_is_taken_back_once_nothing_of_it_stands(world: World, counter: Counter) -> None:
    world.add(resident())
    receipt = tap(counter).receipt
    part = counter[Till].refund(receipt, 1200, "request-1")
    assert (part.result.back_fen, part.takes_back) == (1000, "")
    assert counter[Till].refund(receipt, 300, "request-2").takes_back == receipt
    assert balance(counter, OWN) == balance(counter, PROGRAMME) == balance(counter, EARNED) == 0


def test_what_is_left_after_a_refund_is_undone(world: World, counter: Counter) -> None:
    world.add(resident())
    receipt = tap(counter).receipt
    counter[Till].refund(receipt, 400, "request-1")
    assert counter[Till].undo(receipt, "request-2").result.amount_fen == 1100
    assert balance(counter, OWN) == balance(counter, PROGRAMME) == balance(counter, EARNED) == 0
    assert tap(counter).code == "served"


def test_a_meal_that_cost_nothing_is_undone_once(world: World, counter: Counter) -> None:
    free = {rule.id: msgspec.structs.replace(rule, full_fen=0, own_fen=0, shares=()) for rule in tariff()}
    world.publish(Kind.TARIFF, free)
    world.add(resident())
    receipt = tap(counter).receipt
    counter[Till].undo(receipt, "request-1")
    with pytest.raises(NothingToGiveBack):
        counter[Till].undo(receipt, "request-2")
    assert tap(counter).code == "served"
    assert balance(counter, OWN) == balance(counter, EARNED) == 0


def test_what_stands_with_courtesy_comes_off_when_the_meal_is_undone(world: World, counter: Counter) -> None:
    world.add(resident(), fen=400)
    counter[Till].undo(tap(counter).receipt, "request-1")
    assert balance(counter, OWN) == balance(counter, LENT_TO) == balance(counter, EARNED) == 0


def test_what_was_repaid_meanwhile_is_the_elders_own_money(world: World, counter: Counter) -> None:
    world.add(resident(), fen=400)
    receipt = tap(counter).receipt
    counter[Till].top_up(1001, 600, "request-1")
    counter[Till].undo(receipt, "request-2")
    assert (balance(counter, OWN), balance(counter, LENT_TO), balance(counter, CASH)) == (600, 0, -600)


def test_a_top_up_is_undone_while_the_money_is_there(world: World, counter: Counter) -> None:
    world.add(resident(), fen=400)
    tap(counter)
    receipt = counter[Till].top_up(1001, 5000, "request-1").receipt
    outcome = counter[Till].undo(receipt, "request-2")
    assert (outcome.code, outcome.result.owed_fen) == ("topup_undone", 600)
    assert (balance(counter, OWN), balance(counter, LENT_TO), balance(counter, CASH)) == (-400, -600, 0)


def test_a_top_up_that_was_spent_is_not_handed_out_again(world: World, counter: Counter) -> None:
    world.add(resident(), fen=0)
    receipt = counter[Till].top_up(1001, 1200, "request-1").receipt
    tap(counter)
    with pytest.raises(TopUpSpent) as refusal:
        counter[Till].undo(receipt, "request-2")
    assert vars(refusal.value) == {"topup_fen": 1200, "left_fen": 200}
    assert (balance(counter, OWN), balance(counter, CASH)) == (200, -1200)


def test_undoing_a_top_up_does_not_lift_courtesy_over_its_cap(world: World, counter: Counter) -> None:
    world.publish(Kind.SITE, {SITE: site(courtesy_resident_fen=1000)})
    world.add(resident(), fen=0)
    tap(counter)
    receipt = counter[Till].top_up(1001, 1000, "request-1").receipt
    world.time.advance(hours=6)
    tap(counter)
    assert balance(counter, LENT_TO) == -300
    with pytest.raises(TopUpSpent):
        counter[Till].undo(receipt, "request-2")
    assert (balance(counter, LENT_TO), balance(counter, CASH)) == (-300, -1000)


@pytest.mark.parametrize(
    "receipt",
    [
        "1-00000000",
        "99-00000000",
        "",
        "x-y",
        "-1-00000000",
        "٣-00000000",
        "²-00000000",
        "9" * 30 + "-00000000",
        "9" * 5000 + "-00000000",
    ],
)
def test_only_a_receipt_of_this_journal_is_taken(world: World, counter: Counter, receipt: str) -> None:
    world.add(resident())
    tap(counter)
    for act in (
        lambda: counter[Till].undo(receipt, "request-1"),
        lambda: counter[Till].refund(receipt, 1, "r"),
    ):
        with pytest.raises(ReceiptUnknown):
            act()
    assert balance(counter, OWN) == -1000


def test_a_top_up_is_no_sale_and_an_undoing_is_final(world: World, counter: Counter) -> None:
    world.add(resident(), fen=0)
    receipt = counter[Till].top_up(1001, 1200, "request-1").receipt
    with pytest.raises(NothingToGiveBack):
        counter[Till].refund(receipt, 100, "request-2")
    undone = counter[Till].undo(receipt, "request-3").receipt
    with pytest.raises(NothingToGiveBack):
        counter[Till].undo(undone, "request-4")
    assert balance(counter, OWN) == balance(counter, CASH) == 0
