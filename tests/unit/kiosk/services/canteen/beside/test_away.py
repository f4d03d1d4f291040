"""A portion is taken home: a mark for the kitchen, and not a fen moves."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kiosk.common.board import Board
from kiosk.common.lent import Meals, ShiftMeals
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.front.desk import Desk
from kiosk.front.duty import Duty
from kiosk.front.printing.paper import NO_PRINTER
from kiosk.front.retelling import retell
from kiosk.ledger.accounts import own_money
from kiosk.services.canteen.beside.away import Away
from kiosk.services.canteen.errors import NoSuchPortion
from kiosk.services.till.actions import Till
from kiosk.services.till.reporting import takings
from kiosk.services.till.shifts import Shifts
from tests.factories import TOLD, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap
from tests.unit.kiosk.web.conftest import STANDING


@pytest.fixture
def portion(world: World, counter: Counter) -> Outcome:
    world.add(resident())
    counter[Shifts].open(0, (), "open")
    return tap(counter)


def report(counter: Counter) -> ShiftMeals:
    with counter.reader.connect() as connection, connection.begin():
        found = takings(
            connection,
            counter.journal.key,
            counter[Shifts].last(),
            counter.journal.head.seq,
            counter.opened.get(Meals),
        )
    assert found.meals is not None
    return found.meals


def test_one_touch_marks_it_and_another_takes_the_mark_off(counter: Counter, portion: Outcome) -> None:
    marked = counter[Away].mark(portion.receipt, True, "touch 1")
    assert marked.result == replace(portion.result, away=True)
    assert (marked.code, marked.receipt) == ("served", portion.receipt)
    assert report(counter).away_portions == 1
    assert counter[Away].mark(portion.receipt, False, "touch 2").result == portion.result
    assert report(counter).away_portions == 0
    assert balance(counter, own_money(1001)) == -1000


def test_the_same_touch_twice_and_two_screens_at_once_count_once(counter: Counter, portion: Outcome) -> None:
    counter[Away].mark(portion.receipt, True, "touch 1")
    counter[Away].mark(portion.receipt, True, "touch 1")
    counter[Away].mark(portion.receipt, True, "on the other screen")
    assert report(counter).away_portions == 1
    counter[Away].mark(portion.receipt, False, "touch 2")
    counter[Away].mark(portion.receipt, True, "touch 1")  # sent again, late
    assert report(counter).away_portions == 0


def test_a_portion_that_is_undone_is_not_taken_away(counter: Counter, portion: Outcome) -> None:
    counter[Away].mark(portion.receipt, True, "touch")
    counter[Till].refund(portion.receipt, 100, "a part")
    assert report(counter).away_portions == 1
    counter[Till].undo(portion.receipt, "undo")
    assert report(counter).away_portions == 0


def test_only_a_portion_can_be_taken_away(counter: Counter, portion: Outcome) -> None:
    topped_up = counter[Till].top_up(1001, 100, "top-up")
    for receipt in (topped_up.receipt, "99-00000000", "nonsense", ""):
        with pytest.raises(NoSuchPortion):
            counter[Away].mark(receipt, True, f"touch {receipt}")


def test_the_mark_is_there_again_after_a_restart(world: World, counter: Counter, portion: Outcome) -> None:
    counter[Away].mark(portion.receipt, True, "touch")
    counter.close()
    second = world.open()
    assert retell(second, TOLD, 30)[-1].result.away == 1
    second.close()


def test_staff_see_the_mark_and_nobody_hears_the_meal_again(world: World, counter: Counter) -> None:
    world.add(resident())
    board = Board(STANDING)
    desk = Desk(lambda: counter, board, Duty(world.folder, list, lambda: 0.0, 900.0), NO_PRINTER)
    served = desk.act(lambda _: tap(counter))
    with board.watching() as news:
        desk.amend(lambda open_: open_[Away].mark(served.receipt, True, "touch"))
        told = news.get_nowait()
    assert told.outcome is None and told.amended is not None
    assert [each.result.away for each in board.recent] == [True]
    desk.amend(lambda open_: open_[Away].mark("99-00000000", True, "another"))
    assert board.recent[0].code == "no_such_portion"
