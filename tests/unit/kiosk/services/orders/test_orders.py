"""Meals ordered ahead at one counter, and what its kitchen is to cook. Noon of Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.counter import Counter
from kiosk.ledger.accounts import own_money
from kiosk.people.errors import CardUnknown, ResidentClosed
from kiosk.people.residents import ResidentStatus
from kiosk.services.canteen.actions import Canteen
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.errors import MealNotOffered, NoSuchDelivery, OrderTooLate
from kiosk.services.orders.items import (
    ORDER,
    STANDING_ORDER,
    Dining,
    Order,
    StandingOrder,
    order_key,
    standing_order_key,
)
from kiosk.services.orders.rules import Fate
from tests.factories import SITE, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


def wanted(counter: Counter, day: date = TOMORROW, meal: str = "lunch") -> dict[int, Dining]:
    return {each.resident.id: each.dining for each in counter[Orders].kitchen(day, meal).portions}


def fates(counter: Counter, day: date = TODAY, meal: str = "lunch") -> dict[int, Fate]:
    kitchen = counter[Orders].kitchen(day, meal)
    return {each.resident.id: each.fate(over=kitchen.over) for each in kitchen.portions}


def stands(world: World, dining: Dining = Dining.DELIVERY, number: int = 1001, meal: str = "lunch") -> None:
    """Every weekday, by the office."""
    order = StandingOrder(resident_id=number, site=SITE, meal=meal, weekdays=(1, 2, 3, 4, 5), dining=dining)
    world.publish(STANDING_ORDER, {standing_order_key(meal, number): order})


def office_orders(world: World, dining: Dining, day: date = TOMORROW, at_ms: int = 0) -> None:
    order = Order(resident_id=1001, site=SITE, day=day, meal="lunch", dining=dining, at_ms=at_ms)
    world.publish(ORDER, {order_key(SITE, day, "lunch", 1001): order})


def test_an_order_is_in_the_kitchen_and_takes_nothing(world: World, counter: Counter) -> None:
    world.add(resident())
    placed = counter[Orders].place(1001, TOMORROW, "lunch", Dining.EAT_IN, "request")
    assert counter[Orders].place(1001, TOMORROW, "lunch", Dining.EAT_IN, "request") == placed
    assert wanted(counter) == {1001: Dining.EAT_IN}
    assert balance(counter, own_money(1001)) == 0


def test_a_second_order_of_a_meal_takes_the_place_of_the_first(world: World, counter: Counter) -> None:
    world.add(resident())
    counter[Orders].place(1001, TOMORROW, "lunch", Dining.EAT_IN, "1")
    counter[Orders].place(1001, TOMORROW, "lunch", Dining.DELIVERY, "2")
    counter[Orders].place(1001, TOMORROW, "dinner", Dining.TAKE_AWAY, "3")
    assert wanted(counter) == {1001: Dining.DELIVERY}
    assert wanted(counter, meal="dinner") == {1001: Dining.TAKE_AWAY}
    counter[Orders].cancel(1001, TOMORROW, "lunch", "4")
    assert wanted(counter) == {}


def test_what_is_ordered_is_known_after_a_restart(world: World) -> None:
    world.add(resident())
    before = world.open()
    before[Orders].place(1001, TOMORROW, "lunch", Dining.DELIVERY, "1")
    text = before[Orders].label_text(before[Orders].next_meal(), 1001)
    before.close()
    after = world.open()
    assert wanted(after) == {1001: Dining.DELIVERY}
    assert after[Orders].read_label(text).resident_id == 1001, "a label outlives the kiosk that printed it"
    after.close()


def test_the_counters_word_holds_before_the_offices_and_one_day_before_a_standing_order(
    world: World, counter: Counter
) -> None:
    world.add(resident())
    stands(world)
    assert wanted(counter) == {1001: Dining.DELIVERY}
    assert wanted(counter, date(2026, 11, 28)) == {}, "a Saturday"
    office_orders(world, Dining.NONE)
    assert wanted(counter) == {}
    counter[Orders].place(1001, TOMORROW, "lunch", Dining.EAT_IN, "1")
    assert wanted(counter) == {1001: Dining.EAT_IN}
    office_orders(world, Dining.TAKE_AWAY)
    assert wanted(counter) == {1001: Dining.EAT_IN}
    counter[Orders].cancel(1001, TOMORROW, "lunch", "2")
    assert wanted(counter) == {}


def test_of_two_counters_of_a_site_the_later_word_holds(world: World, counter: Counter) -> None:
    world.add(resident())
    counter[Orders].place(1001, TOMORROW, "lunch", Dining.EAT_IN, "1")
    office_orders(world, Dining.NONE, at_ms=world.time.wall_ms - 60_000)
    assert wanted(counter) == {1001: Dining.EAT_IN}
    office_orders(world, Dining.NONE, at_ms=world.time.wall_ms + 60_000)
    assert wanted(counter) == {}


def test_only_what_has_not_opened_can_be_ordered(world: World, counter: Counter) -> None:
    world.add(resident())
    offered = [(each.day, each.meal) for each, _ in counter[Orders].coming(1001)]
    assert offered[:3] == [(TODAY, "dinner"), (TOMORROW, "lunch"), (TOMORROW, "dinner")]
    with pytest.raises(OrderTooLate) as late:
        counter[Orders].place(1001, TODAY, "lunch", Dining.EAT_IN, "1")
    assert vars(late.value) == {"meal": "lunch", "day": "2026-11-23", "opens": "10:30"}
    with pytest.raises(OrderTooLate):
        counter[Orders].cancel(1001, date(2026, 11, 22), "dinner", "2")
    with pytest.raises(MealNotOffered):
        counter[Orders].place(1001, date(2026, 12, 24), "lunch", Dining.EAT_IN, "3")
    with pytest.raises(MealNotOffered):
        counter[Orders].place(1001, TOMORROW, "brunch", Dining.EAT_IN, "4")


def test_nobody_is_ordered_for_who_is_not_there(world: World, counter: Counter) -> None:
    with pytest.raises(CardUnknown):
        counter[Orders].place(4711, TOMORROW, "lunch", Dining.EAT_IN, "1")
    world.add(resident(status=ResidentStatus.CLOSED))
    with pytest.raises(ResidentClosed):
        counter[Orders].place(1001, TOMORROW, "lunch", Dining.EAT_IN, "2")
    stands(world)
    assert wanted(counter) == {}, "for somebody who has died nothing is cooked"


def test_the_kitchen_counts_portions_by_way_and_by_diet(world: World, counter: Counter) -> None:
    for number, building, diet in (
        (1001, "10 号楼", ("low_salt", "soft_rice")),
        (1002, "2 号楼", ("low_salt",)),
        (1003, "2 号楼 12 室", ()),
    ):
        world.add(resident(number, building=building, diet=diet))
        counter[Orders].place(number, TOMORROW, "lunch", Dining.DELIVERY, f"{number}")
    world.add(resident(1004))
    counter[Orders].place(1004, TOMORROW, "lunch", Dining.EAT_IN, "1004")
    kitchen = counter[Orders].kitchen(TOMORROW, "lunch")
    assert kitchen.headcount.portions == 4
    assert kitchen.headcount.by_dining == {Dining.DELIVERY: 3, Dining.EAT_IN: 1}
    assert kitchen.headcount.by_diet == {"low_salt": 2, "soft_rice": 1}
    assert [each.resident.id for each, _ in kitchen.deliveries] == [1002, 1003, 1001]


def test_who_taps_for_an_ordered_meal_has_collected_it(world: World, counter: Counter) -> None:
    world.add(resident())
    stands(world, Dining.EAT_IN)
    assert fates(counter) == {1001: Fate.WAITING}
    tap(counter)
    assert fates(counter) == {1001: Fate.HAD}


def test_who_never_came_is_missed_when_the_meal_is_over(world: World, counter: Counter) -> None:
    world.add(resident())
    stands(world, Dining.EAT_IN)
    world.time.advance(hours=2)
    assert fates(counter) == {1001: Fate.MISSED}


def test_a_delivery_that_came_back_costs_nothing_and_says_why(world: World, counter: Counter) -> None:
    world.add(resident())
    stands(world)
    failed = counter[Orders].fail(1001, TODAY, "lunch", "nobody home", "1")
    assert counter[Orders].fail(1001, TODAY, "lunch", "nobody home", "1") == failed
    assert fates(counter) == {1001: Fate.FAILED}
    assert balance(counter, own_money(1001)) == 0


def test_a_delivery_that_succeeds_after_all_is_had(world: World, counter: Counter) -> None:
    world.add(resident())
    stands(world)
    counter[Orders].fail(1001, TODAY, "lunch", "nobody home", "1")
    counter[Canteen].deliver(1001, TODAY, "lunch", "delivery")
    assert fates(counter) == {1001: Fate.HAD}
    with pytest.raises(NoSuchDelivery):
        counter[Orders].fail(1001, TODAY, "lunch", "nobody home", "2")


def test_only_a_delivery_can_fail(world: World, counter: Counter) -> None:
    world.add(resident())
    stands(world, Dining.EAT_IN)
    with pytest.raises(NoSuchDelivery):
        counter[Orders].fail(1001, TODAY, "lunch", "nobody home", "1")
    stands(world)
    with pytest.raises(NoSuchDelivery):
        counter[Orders].fail(1001, TOMORROW, "lunch", "nobody home", "2")
