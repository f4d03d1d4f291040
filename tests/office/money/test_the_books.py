"""The books as a whole: a day's trial balance comes to zero, and Beancount finds no fen elsewhere."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa
import time_machine
from beancount import loader

from kiosk.ledger.accounts import cash_box, own_money, suspense
from kiosk.ledger.amount import Amount, Unit
from kiosk.ledger.entries import Posting, balanced, posting
from kiosk.services.till.records import TOP_UP, ToppedUp
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.accounts.ledger.beancount import beancount, beancount_name
from sync.office.services.accounts.ledger.trial import trial_balance
from sync.office.store.database import snapshot, writing
from tests.office.books import (
    ELDER,
    HERE,
    MONDAY,
    PASSWORD,
    THERE,
    TUESDAY,
    WEDNESDAY,
    YOUNG,
    Books,
    small_file,
)

DECEMBER_3 = "2026-12-03T01:00:00Z"


@pytest.fixture
def week(on_both: Books) -> Books:
    """Opening balances, meals at two sites, a top-up, volunteer's minutes, something in suspense."""
    with time_machine.travel("2026-11-01T01:00:00Z"):
        on_both.import_(small_file())
    on_both.sell(day=MONDAY, elders=500)
    on_both.sell(YOUNG, day=MONDAY, own_fen=1500)
    money = balanced(posting(own_money(ELDER), Amount(5000)), posting(cash_box(HERE), Amount(-5000)))
    on_both.write(TOP_UP, ToppedUp(ELDER, HERE, 5000), *money, day=TUESDAY)
    on_both.sell(day=WEDNESDAY, site=THERE, own_fen=1100, elders=400)
    minutes = (Posting(own_money(YOUNG), 90, Unit.MINUTE), Posting("hours", -90, Unit.MINUTE))
    on_both.write(TOP_UP, ToppedUp(YOUNG, HERE, 1), *minutes, day=WEDNESDAY)
    unbelieved = balanced(
        posting(suspense(own_money(YOUNG)), Amount(-700)),
        posting(suspense(f"revenue/canteen/{HERE}"), Amount(700)),
    )
    on_both.write(TOP_UP, ToppedUp(YOUNG, HERE, 1), *unbelieved, day=WEDNESDAY)
    return on_both


def fen_on(books: Books, day: date) -> dict[str, int]:
    with snapshot(books.office.engine) as connection:
        found = trial_balance(connection, 1, day)
    assert found.is_zero
    return {sort: quantity for (sort, unit), quantity in found.balances.items() if unit == Unit.FEN}


def text_of(books: Books, first_day: date = MONDAY, last_day: date = WEDNESDAY) -> str:
    with snapshot(books.office.engine) as connection:
        return "\n".join([*beancount(connection, 1, first_day, last_day), ""])


def faults_in(text: str) -> list[str]:
    return [error.message for error in loader.load_string(text)[1]]


def test_a_trial_balance_is_that_of_its_day_whatever_came_after(week):
    assert fen_on(week, date(2026, 11, 2)) == {"opening": -15_000, "own": 15_000}
    assert fen_on(week, MONDAY) == {
        "opening": -15_000,
        "own": 12_500,
        "programme/elders": -500,
        f"revenue/canteen/{HERE}": 3000,
    }
    assert fen_on(week, TUESDAY)[f"cash/{HERE}"] == -5000
    assert fen_on(week, WEDNESDAY) == {
        "opening": -15_000,
        "own": 16_400,
        "programme/elders": -900,
        f"cash/{HERE}": -5000,
        f"revenue/canteen/{HERE}": 3000,
        f"revenue/canteen/{THERE}": 1500,
        "suspense/own": -700,
        f"suspense/revenue/canteen/{HERE}": 700,
    }


def test_bean_check_accepts_each_day_and_each_account(week):
    text = text_of(week)
    assert faults_in(text) == []
    assert text.count("\n2026-11-17 balance ") == 3, "own money, the programme and the site's revenue"
    assert "  Liabilities:Own  10.00 CNY" in text
    assert '    resident: "1"' in text
    assert "90 MINUTE" in text
    assert faults_in(text_of(week, TUESDAY, TUESDAY)) == []


def test_a_fen_that_was_moved_in_the_database_is_found(week):
    with writing(week.office.engine) as connection:
        moved = "UPDATE postings SET quantity = quantity + 1 WHERE account = 'own/1' AND quantity = -1000"
        connection.execute(sa.text(moved))
    assert any("Liabilities:Own" in each for each in faults_in(text_of(week)))


def test_a_balance_that_was_changed_in_the_database_is_found(week):
    with writing(week.office.engine) as connection:
        connection.execute(
            sa.text("UPDATE balances SET credits = credits + 1 WHERE account = 'cash/huasheng'")
        )
    assert faults_in(text_of(week)) == ["Transaction does not balance: (-0.01 CNY)"]


def test_what_the_office_booked_long_ago_is_not_read_and_counts(week):
    parts = balanced(posting(own_money(ELDER), Amount(-1)), posting("contingency", Amount(1)))
    with writing(week.office.engine) as connection, time_machine.travel(DECEMBER_3):
        many = [Entry(f"many {n}", "test", parts) for n in range(1200)]
        own_journal.enter(connection, 1, many, operator="", at_ms=week.office.now_ms())
    assert fen_on(week, WEDNESDAY)["own"] == 16_400
    assert fen_on(week, date(2026, 12, 3))["own"] == 15_200
    assert faults_in(text_of(week, MONDAY, date(2026, 12, 3))) == []


def test_the_page_says_who_has_not_sent_yet_and_the_books_are_taken_along(week):
    week.hire("auditor", PASSWORD, [Post(Role.AUDITOR)])
    browser = week.browser()
    browser.log_in("auditor")
    page = browser.get("/trial-balance?day=2026-11-18").get_data(as_text=True)
    assert "全部账户合计为零" in page
    assert "164.00" in page
    tomorrow = browser.get("/trial-balance?day=2099-11-18").get_data(as_text=True)
    assert f"kiosk at {HERE}" in tomorrow
    file = json.loads(browser.get("/trial-balance.json?day=2026-11-18").get_data())
    assert file["total"]["debit_fen"] == file["total"]["credit_fen"] == 21_600
    taken = browser.get("/books.beancount?from=2026-11-16&to=2026-11-18").get_data(as_text=True)
    assert faults_in(taken) == []


@pytest.mark.parametrize(
    ("sort", "name"),
    [
        ("own", "Liabilities:Own"),
        ("revenue/canteen/west_2", "Income:Revenue:Canteen:West-5f-2"),
        ("suspense/cash/华圣", "Equity:Suspense:Cash:534e--5723"),
        ("hours", "Equity:Other:Hours"),
    ],
)
def test_any_account_has_a_name_that_beancount_takes(sort: str, name: str):
    assert beancount_name(sort) == name
    assert faults_in(f"2026-01-01 open {name}\n") == []
