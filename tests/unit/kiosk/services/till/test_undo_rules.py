"""Whose slip it was, and who may take it back: roles, shifts and days, with the books after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from argon2 import PasswordHasher

from kiosk.common.board import Board
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.front.desk import Desk
from kiosk.front.duty import Duty
from kiosk.front.printing.paper import NO_PRINTER
from kiosk.ledger.accounts import cash_box, own_money
from kiosk.people.staff import Role, Staff
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.till.actions import Till
from kiosk.services.till.shifts import Shifts
from kiosk.services.till.undoing import NotAlone
from tests.factories import SITE, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap
from tests.unit.kiosk.web.conftest import STANDING

OWN, CASH = own_money(1001), cash_box(SITE)
PIN = "258046"
PIN_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
WANG = Staff(id="wang", name="王师傅", site=SITE, roles=(Role.SERVER,), pin_hash=PIN_HASH)
LI = Staff(id="li", name="李阿姨", site=SITE, roles=(Role.SERVER,), pin_hash=PIN_HASH)
CHEN = Staff(id="chen", name="陈站长", site=SITE, roles=(Role.SUPERVISOR,), pin_hash=PIN_HASH)


@dataclass
class Shop:
    """A counter with three people who work there; every act is somebody's."""

    counter: Counter
    duty: Duty
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(lambda: self.counter, Board(STANDING), self.duty, NO_PRINTER)
        self.counter.journal._operator = lambda: self.duty.operator
        self.on("wang")

    def on(self, name: str) -> None:
        self.duty.sign_in(name, PIN)

    def undo(self, receipt: str, request_id: str = "undo") -> str:
        return self.desk.answer(lambda open_: open_[Till].undo(receipt, request_id, self.duty)).code

    def not_alone(self, receipt: str) -> NotAlone | None:
        with self.counter.reader.connect() as connection, connection.begin():
            return self.counter[Till].not_alone(connection, receipt, self.duty.operator)


@pytest.fixture
def shop(world: World, counter: Counter) -> Shop:
    world.add(resident())
    staff = [WANG, LI, CHEN]
    shop = Shop(counter, Duty(world.folder, lambda: staff, lambda: 0.0, 900.0))
    counter[Shifts].open(20_000, (), "open")
    return shop


def close(shop: Shop) -> None:
    shop.counter[Shifts].close(shop.counter[Shifts].expected_fen(), (), "", "close")


def test_a_slip_of_the_finger_is_taken_back_by_whoever_is_there(shop: Shop) -> None:
    receipt = tap(shop.counter).receipt
    shop.on("li")
    assert shop.not_alone(receipt) is None
    assert shop.undo(receipt) == "undone"
    assert balance(shop.counter, OWN) == 0


@pytest.mark.parametrize("later", [close, lambda shop: None], ids=["after the shift", "the next day"])
def test_what_is_no_slip_any_more_needs_the_supervisor(
    world: World, shop: Shop, later: Callable[[Shop], None]
) -> None:
    receipt = tap(shop.counter).receipt
    later(shop)
    if shop.counter[Shifts].last().is_open:
        world.time.advance(hours=24)
    assert shop.not_alone(receipt) in (NotAlone.SHIFT_CLOSED, NotAlone.ANOTHER_DAY)
    assert shop.undo(receipt) == "supervisor_needed"
    assert balance(shop.counter, OWN) == -1000
    shop.on("chen")
    assert shop.undo(receipt, "again") == "undone"
    assert balance(shop.counter, OWN) == 0


def test_what_was_served_after_the_close_out_is_a_slip_again(shop: Shop) -> None:
    close(shop)
    receipt = tap(shop.counter).receipt
    assert shop.not_alone(receipt) is None
    assert shop.undo(receipt) == "undone"


def test_cash_leaves_only_the_box_of_whoever_took_it(shop: Shop) -> None:
    receipt = shop.counter[Till].top_up(1001, 5000, "top-up").receipt
    box_fen = balance(shop.counter, CASH)
    shop.on("li")
    assert shop.not_alone(receipt) is NotAlone.OTHERS_CASH
    assert shop.undo(receipt) == "supervisor_needed"
    assert (balance(shop.counter, OWN), balance(shop.counter, CASH)) == (5000, box_fen)
    shop.on("wang")
    assert shop.undo(receipt, "mine") == "topup_undone"
    assert (balance(shop.counter, OWN), balance(shop.counter, CASH)) == (0, box_fen + 5000)


def test_a_guests_cash_is_cash_too(shop: Shop) -> None:
    receipt = shop.counter[Extras].sell({"guest_meal": 1}, 0, "guest").receipt
    shop.on("li")
    assert shop.undo(receipt) == "supervisor_needed"
    shop.on("chen")
    assert shop.undo(receipt, "again") == "cash_given_back"
    assert shop.counter[Shifts].expected_fen() == 20_000


def test_the_same_touch_gets_its_first_answer_also_after_the_close_out(shop: Shop) -> None:
    receipt = tap(shop.counter).receipt
    first: Outcome = shop.counter[Till].undo(receipt, "touch", shop.duty)
    close(shop)
    assert shop.counter[Till].undo(receipt, "touch", shop.duty) == first


def test_a_new_journal_does_not_take_the_slips_of_its_own_for_old_ones(world: World, shop: Shop) -> None:
    close(shop)
    shop.counter.leave("history_lost")
    shop.counter = world.open()
    receipt = tap(shop.counter).receipt
    assert shop.not_alone(receipt) is None
    assert shop.undo(receipt) == "undone"
    shop.counter.close()


def test_what_is_taken_back_of_somebody_who_left_is_not_for_the_room(world: World, shop: Shop) -> None:
    """Whoever was answered last stands there."""
    world.add(resident(1002))

    def take_back(receipt: str) -> bool:
        act = lambda open_: open_[Till].undo(receipt, f"undo {receipt}", shop.duty)  # noqa: E731
        return shop.desk.act(act, follows=receipt).absent

    gone = shop.desk.act(lambda open_: tap(open_, 1001)).receipt
    there = shop.desk.act(lambda open_: tap(open_, 1002)).receipt
    assert take_back(gone)
    assert not take_back(there)
    assert [(each.code, each.absent) for each in shop.desk.recent()[:2]] == [
        ("undone", False),
        ("undone", True),
    ]
