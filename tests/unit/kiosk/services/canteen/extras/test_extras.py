"""Products and guests: both sides' balances, cash in the box, and everything can be taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.counter import Counter
from kiosk.ledger.accounts import cash_box, own_money, revenue
from kiosk.services.canteen.errors import ExtrasNeedMoney, NothingChosen, OutsideMealHours
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.canteen.items import PRODUCT, Product
from kiosk.services.canteen.records import GUEST_MEAL, NOBODY
from kiosk.services.canteen.saying.results import SoldForCash
from kiosk.services.till.actions import Till
from kiosk.services.till.results import Booked
from kiosk.services.till.shifts import Shifts
from tests.factories import SITE, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance

OWN, BOX, EARNED = own_money(1001), cash_box(SITE), revenue("extras", SITE)
SOUP = Product(id="soup", name={"zh": "加汤"}, price_fen=100, order=2)
MEAT = Product(id="meat", name={"zh": "加荤菜"}, price_fen=400, order=1)


@pytest.fixture(autouse=True)
def products(world: World) -> None:
    world.publish(PRODUCT, {each.id: each for each in (SOUP, MEAT)})


def books(counter: Counter) -> tuple[int, int, int]:
    return balance(counter, OWN), balance(counter, BOX), balance(counter, EARNED)


def test_something_extra_is_paid_from_the_card(world: World, counter: Counter) -> None:
    world.add(resident(), fen=10_000)
    sold = counter[Extras].sell({"soup": 2, "meat": 1}, 1001, "request")
    assert (sold.code, sold.result.own_fen, sold.result.balance_fen) == ("sold", 600, 9400)
    assert books(counter) == (-600, 0, 600)
    assert counter[Extras].sell({"soup": 2, "meat": 1}, 1001, "request") == sold
    assert books(counter) == (-600, 0, 600)


@pytest.mark.parametrize(
    "when", [{"first_day": date(2999, 1, 1)}, {"last_day": date(2000, 1, 1)}, {"sites": ("elsewhere",)}]
)
def test_what_is_not_on_sale_here_today_has_no_button_and_no_price(
    world: World, counter: Counter, when: dict[str, Any]
) -> None:
    world.publish(PRODUCT, {"soup": replace(SOUP, **when), "meat": replace(MEAT, sites=(SITE,))})
    assert [each.id for each in counter[Extras].on_sale()] == ["meat"]
    with pytest.raises(NothingChosen):
        counter[Extras].sell({"soup": 1}, NOBODY, "request")
    assert books(counter) == (0, 0, 0)


def test_guests_pay_the_full_price_in_cash_and_it_is_in_the_box(world: World, counter: Counter) -> None:
    counter[Shifts].open(0, (), "open")
    sold = counter[Extras].sell({GUEST_MEAL: 2, "soup": 1}, NOBODY, "request")
    assert (sold.code, sold.result) == ("sold_for_cash", SoldForCash(amount_fen=3100))
    assert books(counter) == (0, -3100, 3100)
    assert counter[Shifts].expected_fen() == 3100


def test_what_was_sold_for_cash_goes_back_in_cash(world: World, counter: Counter) -> None:
    sold = counter[Extras].sell({GUEST_MEAL: 2}, NOBODY, "request")
    part = counter[Till].refund(sold.receipt, 500, "part")
    assert (part.code, part.result) == ("cash_given_back", Booked(amount_fen=500))
    assert books(counter) == (0, -2500, 2500)
    assert counter[Till].undo(sold.receipt, "rest").result == Booked(amount_fen=2500)
    assert books(counter) == (0, 0, 0)
    assert counter[Shifts].expected_fen() == 0


def test_what_was_paid_from_the_card_goes_back_there(world: World, counter: Counter) -> None:
    world.add(resident(), fen=10_000)
    sold = counter[Extras].sell({"meat": 1}, 1001, "request")
    assert counter[Till].undo(sold.receipt, "undo").result.balance_fen == 10_000
    assert books(counter) == (0, 0, 0)


def test_an_extra_is_never_put_with_courtesy(world: World, counter: Counter) -> None:
    world.add(resident(), fen=300)
    with pytest.raises(ExtrasNeedMoney) as refused:
        counter[Extras].sell({"meat": 1}, 1001, "request")
    assert vars(refused.value) == {"price_fen": 400, "missing_fen": 100}
    assert books(counter) == (0, 0, 0)


@pytest.mark.parametrize("chosen", [{}, {"caviar": 1}, {"soup": 0}, {"soup": 51}, {"soup": -1}])
def test_what_is_not_for_sale_is_not_sold(world: World, counter: Counter, chosen: dict[str, int]) -> None:
    with pytest.raises(NothingChosen):
        counter[Extras].sell(chosen, NOBODY, "request")
    assert books(counter) == (0, 0, 0)


def test_no_guest_eats_between_meals(world: World, counter: Counter) -> None:
    world.time.advance(hours=3)
    with pytest.raises(OutsideMealHours):
        counter[Extras].sell({GUEST_MEAL: 1}, NOBODY, "request")
