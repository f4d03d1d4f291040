"""Power off and on at noon: the staff see the last acts again."""

from __future__ import annotations

from datetime import date

from kiosk.front.retelling import retell
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.canteen.records import GUEST_MEAL, NOBODY
from kiosk.services.orders.actions import Orders
from kiosk.services.orders.items import Dining
from kiosk.services.till.actions import Till
from tests.factories import TOLD, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import tap


def test_the_last_acts_of_today_are_there_again(world: World) -> None:
    world.add(resident(), fen=10_000)
    first = world.open()
    served = tap(first)
    topped_up = first[Till].top_up(1001, 5000, "top-up")
    sold = first[Extras].sell({GUEST_MEAL: 1}, NOBODY, "guest")
    undone = first[Till].undo(sold.receipt, "undo")
    first.close()
    second = world.open()
    told = retell(second, TOLD, 30)
    assert [each.receipt for each in told] == [each.receipt for each in (served, topped_up, sold, undone)]
    assert [each.code for each in told] == ["served", "topped_up", "sold_for_cash", "cash_given_back"]
    assert told[0].person == served.person
    assert [each.code for each in retell(second, TOLD, 2)] == ["sold_for_cash", "cash_given_back"]
    second.close()


def test_yesterdays_acts_are_not(world: World) -> None:
    world.add(resident(), fen=10_000)
    first = world.open()
    tap(first)
    first.close()
    world.time.advance(hours=24)
    second = world.open()
    assert retell(second, TOLD, 30) == []
    second.close()


def test_orders_and_deliveries_are_there_again(world: World) -> None:
    world.add(resident(), fen=10_000)
    first = world.open()
    placed = first[Orders].place(1001, date(2026, 11, 24), "lunch", Dining.DELIVERY, "order")
    delivered = first[Canteen].deliver(1001, date(2026, 11, 23), "lunch", "label")
    first.close()
    second = world.open()
    told = retell(second, TOLD, 30)
    assert [(each.code, each.result) for each in told] == [
        ("order_placed", placed.result),
        ("delivered", delivered.result),
    ]
    second.close()
