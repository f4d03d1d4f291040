"""A tap with nothing to pay: the balance and the last meals here, and nothing is taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind, grant_key
from kiosk.catalogue.tables import contact
from kiosk.common.outcomes import PastMeal, Statement
from kiosk.ledger.accounts import own_money
from kiosk.people.cards import CardStatus
from kiosk.services.canteen.actions import Canteen
from kiosk.services.till.actions import Till
from tests.factories import World, card, resident, uid_of
from tests.unit.kiosk.catalogue.test_earlier import bring
from tests.unit.kiosk.services.canteen.test_canteen import balance
from tests.unit.kiosk.test_tap import answer, records

TODAY, YESTERDAY = "2026-11-23", "2026-11-22"


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    made = create_app(world.settings(), lambda *_: [], world.time.source())
    made.look()
    made.taps.start()
    yield made
    made._looker.start()
    made.stop()


def tap(kiosk: Kiosk, world: World, number: int = 1001):
    """A card that is laid down a minute after whatever was before."""
    world.time.advance(seconds=60)
    at_ms = world.time.monotonic_ms
    laid = CardTap(uid_of(number), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, at_ms)
    return answer(kiosk, laid)


def stated(kiosk: Kiosk, world: World, number: int = 1001) -> Statement:
    """What is told to whoever taps now; nothing is taken and nothing written."""
    before = records(kiosk), balance(kiosk.counter(), own_money(number))
    outcome = tap(kiosk, world, number)
    assert (records(kiosk), balance(kiosk.counter(), own_money(number))) == before
    assert outcome.statement is not None
    return outcome.statement


def test_between_meals_a_tap_tells_the_balance_and_the_last_three_meals(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), fen=10_000)
    world.time.advance(hours=-48)
    for _ in range(4):  # lunch, dinner, lunch, dinner
        assert tap(kiosk, world).code == "served"
        assert tap(kiosk, world).code == "already_served"
        world.time.advance(hours=6 if world.time.wall_ms % 86_400_000 < 8 * 3_600_000 else 18)
    world.time.advance(hours=3)
    told = stated(kiosk, world)
    assert told.balance_fen == 10_000 - 2 * (1000 + 300)
    assert [(each.meal, each.own_fen) for each in told.meals] == [
        ("dinner", 300),
        ("lunch", 1000),
        ("dinner", 300),
    ]
    assert [each.day for each in told.meals] == [YESTERDAY, YESTERDAY, "2026-11-21"]


def test_a_second_tap_in_the_meal_says_how_it_stands_now(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), fen=10_000)
    tap(kiosk, world)
    told = stated(kiosk, world)
    assert told == Statement(balance_fen=9000, meals=(PastMeal(TODAY, "lunch", 1000),))


def test_two_portions_are_one_meal_and_what_was_given_back_is_off(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), fen=10_000)
    served = tap(kiosk, world)
    kiosk.counter()[Canteen].second_portion(1001, "second")
    kiosk.counter()[Till].refund(served.receipt, 200, "back")
    told = stated(kiosk, world)
    assert told.meals == (PastMeal(TODAY, "lunch", 1000 + 1500 - 200, portions=2),)
    assert told.balance_fen == 10_000 - 2300


def test_a_meal_that_was_undone_was_not_had(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), fen=10_000)
    served = tap(kiosk, world)
    kiosk.counter()[Till].undo(served.receipt, "undo")
    world.time.advance(hours=3)
    assert stated(kiosk, world) == Statement(balance_fen=10_000)


def test_courtesy_is_told_beside_the_balance(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), fen=300)
    assert tap(kiosk, world).result.courtesy_fen == 700
    told = stated(kiosk, world)
    assert (told.balance_fen, told.owed_fen) == (0, 700)
    assert told.meals == (PastMeal(TODAY, "lunch", 1000),)


def test_a_visitor_of_whom_nothing_is_known_is_told_no_balance(world: World, kiosk: Kiosk) -> None:
    visitor = resident(home_site="tianping")
    world.add(visitor)
    world.withdraw(Kind.GRANT, grant_key(own_money(1001)))
    world.time.advance(hours=3)
    assert stated(kiosk, world).balance_fen is None


@pytest.mark.parametrize(("hours_ago", "as_of"), [(1, ""), (24, YESTERDAY), (24 * 9, "2026-11-14")])
def test_an_old_balance_says_of_which_day_it_is(
    world: World, kiosk: Kiosk, hours_ago: int, as_of: str
) -> None:
    world.add(resident())
    heard_ms = world.time.wall_ms - hours_ago * 3_600_000
    row = {"id": 1, "at_ms": heard_ms, "acked_seq": 0, "boot_id": "", "monotonic_ms": 0, "rtt_ms": 0}
    with world.writing_catalogue() as connection:
        connection.execute(contact.insert().values(journal_id=world.journal_id, **row))
    tap(kiosk, world)
    assert stated(kiosk, world).as_of == as_of


def test_meals_at_the_kiosk_before_this_one_are_among_them(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    tap(kiosk, world)
    bring(world, day=YESTERDAY, meal="dinner")
    bring(world, day="2026-11-21", seq=2)
    bring(world, day="2026-11-21", served=-1, seq=3, own_fen=-1000)
    bring(world, day=TODAY, seq=4)  # the one that is in the file as well
    assert stated(kiosk, world).meals == (
        PastMeal(TODAY, "lunch", 1000),
        PastMeal(YESTERDAY, "dinner", 1000),
    )


def test_a_card_that_is_refused_tells_nothing_of_the_account(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), card(status=CardStatus.CLOSED))
    assert tap(kiosk, world).statement is None
