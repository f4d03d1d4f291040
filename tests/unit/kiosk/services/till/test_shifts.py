"""A shift: the box is counted, cash comes and goes, and the books know what should be in it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.common.lent import Meals
from kiosk.counter import Counter
from kiosk.front.desk import Desk
from kiosk.front.duty import Duty
from kiosk.front.printing.paper import NO_PRINTER
from kiosk.ledger.accounts import cash_box, cash_difference, own_money, safe
from kiosk.services.till.actions import Till
from kiosk.services.till.errors import NoShiftOpen, ReasonMissing, ShiftOpenAlready
from kiosk.services.till.reporting import takings
from kiosk.services.till.shifts import Shifts
from tests.factories import SITE, World, resident
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

BOX, SAFE, DIFFERENCE = cash_box(SITE), safe(SITE), cash_difference(SITE)


def books(counter: Counter) -> tuple[int, int, int]:
    return balance(counter, BOX), balance(counter, SAFE), balance(counter, DIFFERENCE)


def test_a_shift_from_the_float_to_the_count(world: World, counter: Counter) -> None:
    world.add(resident(), fen=0)
    assert counter[Shifts].open(20_000, ((10_000, 2),), "open") == 1
    assert books(counter) == (-20_000, 20_000, 0)
    counter[Till].top_up(1001, 5000, "top-up")
    assert counter[Shifts].expected_fen() == 25_000
    closed = counter[Shifts].close(25_000, (), "", "close")
    assert (closed.number, closed.expected_fen, closed.counted_fen) == (1, 25_000, 25_000)
    assert books(counter) == (0, -5000, 0)
    assert not counter[Shifts].last().is_open
    assert counter[Shifts].open(100, (), "open again") == 2


def test_what_is_missing_is_explained_and_booked(world: World, counter: Counter) -> None:
    counter[Shifts].open(20_000, (), "open")
    with pytest.raises(ReasonMissing) as refused:
        counter[Shifts].close(19_500, (), "", "close")
    assert vars(refused.value) == {"expected_fen": 20_000, "counted_fen": 19_500}
    assert counter[Shifts].last().is_open
    counter[Shifts].close(19_500, (), "wrong change", "close")
    assert books(counter) == (0, 500, -500)


def test_the_same_touch_twice_opens_and_closes_once(counter: Counter) -> None:
    assert counter[Shifts].open(100, (), "open") == counter[Shifts].open(100, (), "open") == 1
    with pytest.raises(ShiftOpenAlready):
        counter[Shifts].open(100, (), "another")
    first = counter[Shifts].close(100, (), "", "close")
    assert counter[Shifts].close(100, (), "", "close") == first
    with pytest.raises(NoShiftOpen):
        counter[Shifts].close(100, (), "", "another")


def test_without_a_shift_cards_are_served_and_cash_is_not_taken(world: World, counter: Counter) -> None:
    world.add(resident(), fen=10_000)
    assert tap(counter).code == "served"
    everybody = Duty(world.folder, list, lambda: 0.0, 900.0)
    desk = Desk(lambda: counter, None, everybody, NO_PRINTER)  # type: ignore[arg-type]
    refused = desk.answer(lambda open_: open_[Till].top_up(1001, 100, "request"), cash=True)
    assert refused.code == "no_shift_open"
    assert balance(counter, own_money(1001)) == -1000
    assert balance(counter, BOX) == 0


def test_a_journal_begun_in_mid_shift_knows_what_is_in_the_box(world: World) -> None:
    world.add(resident(), fen=0)
    before = world.open()
    before[Shifts].open(20_000, (), "open")
    before[Till].top_up(1001, 5000, "top-up")
    before.leave("history_lost")
    after = world.open()
    assert after.journal.key.journal_id != before.journal.key.journal_id
    assert after[Shifts].last().is_open
    assert after[Shifts].expected_fen() == 25_000
    assert after[Shifts].close(25_000, (), "", "close").number == 1
    with after.reader.connect() as connection, connection.begin():
        shift = after[Shifts].last()
        report = takings(
            connection, after.journal.key, shift, after.journal.head.seq, after.opened.get(Meals)
        )
    assert report.cash_fen["topup"] == 5000
    after.close()


AMOUNTS = st.integers(1, 50_000)
DAY = st.lists(st.tuples(st.sampled_from(["top_up", "undo"]), AMOUNTS), max_size=12)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(float_fen=st.integers(0, 50_000), day=DAY, off_fen=st.integers(-300, 300))
def test_whatever_the_day_the_box_is_what_somebody_counting_along_has(
    world: World, counter: Counter, float_fen: int, day: list[tuple[str, int]], off_fen: int
) -> None:
    world.add(resident(), fen=0)
    start = books(counter)
    head = counter.journal.head.seq
    counter[Shifts].open(float_fen, (), f"{head} open")
    box, undoable = float_fen, []
    for n, (act, fen) in enumerate(day):
        if act == "top_up":
            undoable.append((counter[Till].top_up(1001, fen, f"{head} {n}").receipt, fen))
            box += fen
        elif undoable:
            receipt, back_fen = undoable.pop()
            counter[Till].undo(receipt, f"{head} {n}")
            box -= back_fen
    assert counter[Shifts].expected_fen() == box
    counted = max(0, box + off_fen)
    counter[Shifts].close(counted, (), "counted", f"{head} close")
    gained = [now - then for now, then in zip(books(counter), start, strict=True)]
    assert gained == [0, float_fen - counted, counted - box]
