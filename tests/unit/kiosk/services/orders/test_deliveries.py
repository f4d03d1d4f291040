"""A meal taken to the door is booked to its own meal and day, once. Noon of Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from drivers.contracts import CodeScan
from kiosk.app import Kiosk
from kiosk.common.outcomes import Tone
from kiosk.counter import Counter
from kiosk.ledger.accounts import courtesy, own_money, programme
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import (
    AlreadyServed,
    DeliveryTooEarly,
    DeliveryTooOld,
    MealAlreadyServed,
    MealUnknown,
)
from kiosk.services.canteen.records import DELIVERED, decode_meal
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.errors import LabelForeign
from kiosk.services.orders.labels import Label, is_label, label_text, read_label
from kiosk.services.orders.rules import ComingMeal
from kiosk.services.till.actions import Till
from tests.factories import LUNCH, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap
from tests.unit.kiosk.test_tap import answer, chip, kiosk, last_record, records

__all__ = ["kiosk"]
TODAY = date(2026, 11, 23)
KEY = bytes(range(16))


def deliver(counter: Counter, day: date = TODAY, meal: str = "lunch", request_id: str = "label"):
    return counter[Canteen].deliver(1001, day, meal, request_id)


def scan(kiosk: Kiosk, day: date = TODAY, at_ms: int = 0) -> CodeScan:
    """What a scanner makes of the label that this counter printed."""
    return CodeScan(kiosk.counter()[Orders].label_text(ComingMeal(day, LUNCH), 1001), at_ms)


def test_in_the_evening_it_is_booked_to_lunch_at_the_price_of_lunch(world: World, counter: Counter) -> None:
    world.add(resident())
    world.time.advance(hours=6)
    delivered = deliver(counter)
    assert (delivered.code, delivered.result.amount_fen) == ("delivered", 1000)
    assert (balance(counter, own_money(1001)), balance(counter, programme("elder-meals"))) == (-1000, -500)
    assert tap(counter).result.own_fen == 300, "dinner is another meal"


def test_scanned_twice_it_is_booked_once_even_weeks_later(world: World, counter: Counter) -> None:
    world.add(resident())
    deliver(counter)
    world.time.advance(hours=24 * 30)
    again = deliver(counter)
    assert (again.code, again.tone) == ("already_delivered", Tone.TOLD)
    assert balance(counter, own_money(1001)) == -1000


def test_who_collected_the_meal_does_not_pay_for_the_box_as_well(world: World, counter: Counter) -> None:
    world.add(resident())
    tap(counter)
    with pytest.raises(MealAlreadyServed) as had:
        deliver(counter)
    assert vars(had.value) == {"meal": "lunch", "day": "2026-11-23", "at": "11:42"}
    assert balance(counter, own_money(1001)) == -1000


def test_whoever_got_the_box_cannot_collect_the_meal_as_well(world: World, counter: Counter) -> None:
    world.add(resident())
    deliver(counter)
    with pytest.raises(AlreadyServed):
        tap(counter)
    assert balance(counter, own_money(1001)) == -1000


def test_a_delivery_that_was_taken_back_is_not_booked_by_its_label_again(
    world: World, counter: Counter
) -> None:
    world.add(resident())
    delivered = deliver(counter)
    counter[Till].undo(delivered.receipt, "undo")
    assert balance(counter, own_money(1001)) == 0
    assert deliver(counter).code == "already_delivered"
    assert balance(counter, own_money(1001)) == 0
    assert deliver(counter, request_id="by hand").code == "delivered"


def test_out_of_money_the_box_is_courtesy_like_any_meal(world: World, counter: Counter) -> None:
    world.add(resident(), fen=400)
    assert deliver(counter).result.amount_fen == 1000
    assert (balance(counter, own_money(1001)), balance(counter, courtesy(1001))) == (-400, -600)


def test_a_label_holds_for_a_weekend_and_not_for_ever(world: World, counter: Counter) -> None:
    world.add(resident())
    assert deliver(counter, TODAY - timedelta(days=3), request_id="1").code == "delivered"
    with pytest.raises(DeliveryTooOld) as old:
        deliver(counter, TODAY - timedelta(days=4), request_id="2")
    assert vars(old.value) == {"meal": "lunch", "day": "2026-11-19", "days": 3}
    with pytest.raises(DeliveryTooEarly):
        deliver(counter, TODAY + timedelta(days=1), request_id="3")
    with pytest.raises(MealUnknown):
        deliver(counter, meal="brunch", request_id="4")
    assert balance(counter, own_money(1001)) == -1000


def test_a_scanned_label_is_a_delivery_and_no_card(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    outcome = answer(kiosk, scan(kiosk))
    assert (outcome.code, outcome.result.amount_fen) == ("delivered", 1000)
    assert outcome.result.balance_fen is None, "the display would show it to the room"
    meal = decode_meal(last_record(kiosk).body)
    assert (meal.level, meal.card_number, meal.day, meal.meal) == (DELIVERED, 0, TODAY, "lunch")
    assert answer(kiosk, chip(1001)).code == "already_served"


def test_a_scanner_that_gives_all_it_kept_books_each_label_once(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    before = records(kiosk)
    yesterday = TODAY - timedelta(days=1)
    scans = [scan(kiosk), scan(kiosk, yesterday, 20), scan(kiosk, at_ms=40), scan(kiosk, yesterday, 60)]
    assert [answer(kiosk, each).code for each in scans] == [
        "delivered",
        "delivered",
        "already_delivered",
        "already_delivered",
    ]
    assert records(kiosk) == before + 2


def test_a_label_of_another_counter_is_refused_by_name(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    before = records(kiosk)
    foreign = label_text(Label(TODAY, "lunch", 1001), KEY)
    assert answer(kiosk, CodeScan(foreign, 0)).code == "label_foreign"
    assert records(kiosk) == before


def test_staff_see_whose_label_was_refused(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    outcome = answer(kiosk, scan(kiosk, TODAY - timedelta(days=9)))
    assert outcome.code == "delivery_too_old"
    assert outcome.person is not None and outcome.person.resident_id == 1001


def test_a_label_reads_as_it_was_written() -> None:
    label = Label(TODAY, "lunch", 1001)
    text = label_text(label, KEY)
    assert text.startswith("ND1:261123:LUNCH:1001:") and len(text) <= 38, "a code of 25 x 25 modules"
    assert is_label(text)
    assert read_label(text, KEY) == label


@pytest.mark.parametrize(
    "text",
    [
        "ND1:",
        "ND1:261123:LUNCH:1001:AAAAAAAAAA",
        "ND1:261123:LUNCH:1002",
        label_text(Label(TODAY, "lunch", 1001), KEY).replace("1001", "1002"),
        label_text(Label(TODAY, "lunch", 1001), KEY) + "A",
    ],
)
def test_a_label_that_was_made_up_is_none(text: str) -> None:
    with pytest.raises(LabelForeign):
        read_label(text, KEY)
