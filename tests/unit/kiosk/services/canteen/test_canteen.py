"""One tap is one portion at today's price."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
import pytest

from kiosk.catalogue.items import Kind, grant_key
from kiosk.catalogue.meal_hours import meal_at
from kiosk.catalogue.pricing.tariffs import NoTariff
from kiosk.counter import Counter
from kiosk.journal.proof import prove
from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.rights import turnover
from kiosk.people.errors import ResidentClosed
from kiosk.people.identify import Chip
from kiosk.people.residents import ResidentStatus
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import AlreadyServed, NotEnoughMoney, OutsideMealHours, RightElsewhere
from kiosk.services.canteen.saying.results import Served
from kiosk.services.listed import BOOKS
from tests.factories import SITE, World, card, grant, resident, site, tariff, uid_of


def tap(counter: Counter, number: int = 1001):
    at = counter.clock.now()
    who = counter.identifier.chip(Chip(uid_of(number)), counter.day_of(at))
    return counter[Canteen].answer(who, at)


def balance(counter: Counter, account: str) -> int:
    with counter.reader.connect() as connection:
        here = turnover(connection, counter.journal.key, account)
    return here.credits - here.debits


def test_an_elder_taps_at_lunch_and_pays_ten_of_fifteen(world: World, counter: Counter) -> None:
    world.add(resident(), fen=9500)
    outcome = tap(counter)
    assert outcome.code == "served"
    assert outcome.result == Served(own_fen=1000, subsidy_fen=500, balance_fen=8500, meal="lunch")
    assert balance(counter, own_money(1001)) == -1000
    assert balance(counter, programme("elder-meals")) == -500
    assert balance(counter, revenue("canteen", SITE)) == 1500


def test_dinner_costs_three(world: World, counter: Counter) -> None:
    world.add(resident())
    world.time.advance(hours=6)
    assert tap(counter).result.own_fen == 300


def test_a_younger_resident_pays_the_full_price(world: World, counter: Counter) -> None:
    world.add(resident(born=date(1990, 1, 1)))
    outcome = tap(counter)
    assert (outcome.result.own_fen, outcome.result.subsidy_fen) == (1500, 0)


def test_a_second_tap_in_the_period_takes_nothing(world: World, counter: Counter) -> None:
    world.add(resident())
    tap(counter)
    world.time.advance(seconds=60)
    with pytest.raises(AlreadyServed) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"at": "11:42", "second_fen": 1500}
    assert balance(counter, own_money(1001)) == -1000


def test_dinner_is_another_meal_than_lunch(world: World, counter: Counter) -> None:
    world.add(resident())
    tap(counter)
    world.time.advance(hours=6)
    tap(counter)
    assert balance(counter, own_money(1001)) == -1300


def test_a_sixtieth_birthday_changes_the_price_at_midnight(world: World, counter: Counter) -> None:
    world.add(resident(born=date(1966, 11, 24)))
    assert tap(counter).result.own_fen == 1500
    world.time.advance(hours=24)
    assert tap(counter).result.own_fen == 1000


def test_staff_add_a_portion_at_full_price(world: World, counter: Counter) -> None:
    world.add(resident())
    tap(counter)
    outcome = counter[Canteen].second_portion(1001, "request-1")
    assert outcome.result.own_fen == 1500
    assert outcome.result.portion == 2
    assert balance(counter, own_money(1001)) == -2500


def test_a_repeated_request_gets_its_first_answer(world: World, counter: Counter) -> None:
    world.add(resident())
    tap(counter)
    first = counter[Canteen].second_portion(1001, "request-1")
    again = counter[Canteen].second_portion(1001, "request-1")
    assert again == first
    assert balance(counter, own_money(1001)) == -2500


def test_a_repeated_request_gets_its_first_answer_also_after_the_meal(world: World, counter: Counter) -> None:
    world.add(resident())
    first = counter[Canteen].second_portion(1001, "request-1")
    world.time.advance(hours=30 * 24)
    assert counter[Canteen].second_portion(1001, "request-1") == first


def test_a_portion_added_by_staff_leaves_the_subsidised_one(world: World, counter: Counter) -> None:
    world.add(resident())
    assert counter[Canteen].second_portion(1001, "request-1").result.portion == 2
    assert tap(counter).result.own_fen == 1000
    assert counter[Canteen].second_portion(1001, "request-2").result.portion == 3
    assert balance(counter, own_money(1001)) == -1000 - 2 * 1500


def test_not_enough_money_says_so_with_the_figures(world: World, counter: Counter) -> None:
    world.without_courtesy()
    world.add(resident(), fen=400)
    with pytest.raises(NotEnoughMoney) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"price_fen": 1000, "balance_fen": 400, "missing_fen": 600}
    assert balance(counter, own_money(1001)) == 0


def test_money_whose_right_lies_with_another_kiosk_is_not_spent_here(world: World, counter: Counter) -> None:
    world.without_courtesy()
    world.add(resident())
    there = msgspec.structs.replace(grant(1001, world.journal_id, 0), balance=9000)
    world.publish(Kind.GRANT, {grant_key(own_money(1001)): there})
    with pytest.raises(RightElsewhere):
        tap(counter)
    assert balance(counter, own_money(1001)) == 0


def test_a_grant_to_another_journal_is_not_spent(world: World, counter: Counter) -> None:
    """As after a new enrolment, while the old journal's grants still lie in the catalogue."""
    world.without_courtesy()
    world.add(resident())
    world.publish(Kind.GRANT, {grant_key(own_money(1001)): grant(1001, b"another journal!", 9000)})
    with pytest.raises(NotEnoughMoney):
        tap(counter)
    assert balance(counter, own_money(1001)) == 0


def test_a_resident_at_home_without_any_money_is_told_so(world: World, counter: Counter) -> None:
    world.without_courtesy()
    world.publish(Kind.RESIDENT, {"1001": resident()})
    world.publish(Kind.CARD, {card().token: card()})
    with pytest.raises(NotEnoughMoney) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"price_fen": 1000, "balance_fen": 0, "missing_fen": 1000}


def test_a_visitor_without_a_right_here_is_told_where_the_money_is(world: World, counter: Counter) -> None:
    world.without_courtesy()
    world.publish(Kind.RESIDENT, {"1001": resident(home_site="fuyuan")})
    world.publish(Kind.CARD, {card().token: card()})
    with pytest.raises(RightElsewhere):
        tap(counter)


def test_a_closed_account_gets_no_second_portion(world: World, counter: Counter) -> None:
    world.add(resident(status=ResidentStatus.CLOSED))
    with pytest.raises(ResidentClosed):
        counter[Canteen].second_portion(1001, "request-1")


def test_a_new_price_holds_from_the_next_tap(world: World, counter: Counter) -> None:
    world.add(resident(1001))
    world.add(resident(1002))
    assert tap(counter, 1001).result.own_fen == 1000
    dearer = msgspec.structs.replace(tariff()[0], full_fen=1600, own_fen=1100)
    world.publish(Kind.TARIFF, {dearer.id: dearer})
    assert tap(counter, 1002).result.own_fen == 1100


def test_a_meal_is_served_from_its_opening_until_just_before_its_closing() -> None:
    def meal(hour: int, minute: int, second: int = 0) -> str:
        found = meal_at(site(), datetime(2026, 11, 23, hour, minute, second))  # noqa: DTZ001
        return found.period.meal if found else ""

    assert [meal(10, 29, 59), meal(10, 30), meal(12, 59, 59), meal(13, 0)] == ["", "lunch", "lunch", ""]


def test_between_meals_the_next_one_is_named(world: World, counter: Counter) -> None:
    world.add(resident())
    world.time.advance(hours=2)
    with pytest.raises(OutsideMealHours) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"next_meal": "dinner", "opens": "16:30", "today": 1}
    world.time.advance(hours=6)
    with pytest.raises(OutsideMealHours) as refusal:
        tap(counter)
    assert vars(refusal.value) == {"next_meal": "lunch", "opens": "10:30", "today": 0}


def test_a_price_that_the_office_has_not_set_is_not_invented(world: World, counter: Counter) -> None:
    world.add(resident())
    dated = {rule.id: msgspec.structs.replace(rule, last_day=date(2026, 6, 30)) for rule in tariff()}
    world.publish(Kind.TARIFF, dated)
    with pytest.raises(NoTariff):
        tap(counter)


def test_a_lunch_of_seventy_two_elders_proves_itself(world: World, counter: Counter) -> None:
    numbers = range(1001, 1073)
    world.add_many(numbers)
    for number in numbers:
        tap(counter, number)
        world.time.advance(seconds=7)
    with counter.reader.connect() as connection, connection.begin():
        proof = prove(connection, counter.journal.key, BOOKS)
    assert proof.findings == []
    assert proof.turnover_fen == 72 * 1500
    assert sum(balance(counter, own_money(number)) for number in numbers) == -72 * 1000
    assert balance(counter, programme("elder-meals")) == -72 * 500


def test_a_tap_reads_no_more_of_a_long_journal_than_of_a_short_one(world: World, counter: Counter) -> None:
    """Each statement of a tap finds its rows by a whole key, whatever the planner guesses."""
    world.add(resident())
    asked: list[str] = []
    journal = counter.journal._connection.connection.driver_connection
    journal.set_trace_callback(asked.append)
    tap(counter)
    journal.set_trace_callback(None)
    queries = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(queries) >= 2
    for statement in queries:
        plan = [detail for *_, detail in journal.execute(f"EXPLAIN QUERY PLAN {statement}")]
        for step in plan:
            wanted = step.count("=") in (3, 4, 5) if step.startswith("SEARCH") else "SCAN" not in step
            assert wanted, f"{statement}: {plan}"
