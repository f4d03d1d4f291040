"""A resident's whole account: every movement with the balance after it, on a page, in files and on paper."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import time_machine

from kiosk.ledger.accounts import cash_box, held, own_money, suspense
from kiosk.ledger.amount import Amount, Unit
from kiosk.ledger.entries import balanced, posting
from kiosk.ledger.tables import balances
from kiosk.services.till.records import TOP_UP, ToppedUp
from sync.office.people.access.areas import Division, Level, hang, keep
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.accounts.resident import movements
from sync.office.store.database import reading, writing
from tests.office.books import (
    ELDER,
    HERE,
    MONDAY,
    THERE,
    TUESDAY,
    WEDNESDAY,
    YOUNG,
    Books,
    Browser,
    open_books,
    small_file,
)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """An elder who ate at two sites and topped up in between; somebody else ate too."""
    with open_books(tmp_path_factory.mktemp("accounts")) as books:
        with time_machine.travel("2026-11-01T01:00:00Z"):
            books.import_(small_file())
        books.sell(day=MONDAY, elders=500)
        books.sell(YOUNG, day=MONDAY, own_fen=1500)
        money = balanced(posting(own_money(ELDER), Amount(5000)), posting(cash_box(HERE), Amount(-5000)))
        assert books.write(TOP_UP, ToppedUp(ELDER, HERE, 5000), *money, day=TUESDAY, operator="s1") == []
        books.sell(day=WEDNESDAY, site=THERE, own_fen=1100, elders=400)
        yield books


def log_in(books: Books, *posts: Post) -> Browser:
    books.hire("reader", as_=posts or [Post(Role.AUDITOR)])
    browser = books.browser()
    browser.log_in("reader")
    return browser


def balance_fen(books: Books, account: str) -> int:
    c = balances.c
    query = sa.select(sa.func.coalesce(sa.func.sum(c.credits - c.debits), 0)).where(c.account == account)
    with reading(books.office.engine) as connection:
        return int(connection.execute(query.where(c.unit == Unit.FEN)).scalar_one())


def test_each_movement_stands_there_with_the_balance_after_it(moved):
    browser = log_in(moved)
    told = json.loads(browser.get(f"/account.json?resident_id={ELDER}").get_data())["rows"]
    assert [(each["kind"], each["amount_fen"], each["balance_fen"]) for each in told] == [
        ("opening", 10_000, 10_000),
        ("meal", -1000, 9000),
        ("topup", 5000, 14_000),
        ("meal", -1100, 12_900),
    ]
    assert [each["subsidy_fen"] for each in told] == [0, 500, 0, 400]
    assert [each["site"] for each in told] == ["", HERE, HERE, THERE]
    assert told[-1]["balance_fen"] == balance_fen(moved, own_money(ELDER))
    of_both = [json.loads(browser.get(f"/account.json?resident_id={who}").get_data()) for who in (1, 2)]
    receipts = [{each["receipt"] for each in file["rows"]} for file in of_both]
    assert not receipts[0] & receipts[1], "what is another's stands in nobody else's account"
    as_csv = browser.get(f"/account.csv?resident_id={ELDER}").get_data().decode("utf-8-sig")
    assert [row["amount_yuan"] for row in csv.DictReader(io.StringIO(as_csv))] == [
        *("100.00", "-10.00", "50.00", "-11.00")
    ]


def test_from_the_resident_to_the_account_to_each_record(moved):
    browser = log_in(moved)
    assert "/residents/1/account" in browser.get("/residents/1").get_data(as_text=True)
    assert "/residents/1/account" in browser.get("/find?q=测试").get_data(as_text=True)
    page = browser.get("/residents/1/account").get_data(as_text=True)
    links = re.findall(r'href="(/records/[0-9a-f]+/\d+)"', page)
    assert len(links) == 4
    for link in links:
        assert "own/1" in browser.get(link).get_data(as_text=True)
    assert "充值" in page
    assert "129.00" in page


def test_money_that_is_held_and_money_that_is_not_believed_have_purses_of_their_own(moved):
    parts = balanced(posting(own_money(YOUNG), Amount(-300)), posting(held(YOUNG), Amount(300)))
    unbelieved = balanced(
        posting(suspense(own_money(YOUNG)), Amount(-700)), posting(suspense("revenue/x"), Amount(700))
    )
    moved.write(TOP_UP, ToppedUp(YOUNG, HERE, 1), *parts, day=WEDNESDAY)
    moved.write(TOP_UP, ToppedUp(YOUNG, HERE, 1), *unbelieved, day=WEDNESDAY)
    browser = log_in(moved)
    told = json.loads(browser.get(f"/account.json?resident_id={YOUNG}").get_data())["rows"]
    last = {each["purse"]: each["balance_fen"] for each in told}
    assert last == {"own": 3200, "held": 300, "suspense": -700}
    page = browser.get("/residents/2/account?purse=suspense").get_data(as_text=True)
    assert page.count("/records/") == 1


def test_a_long_account_is_read_page_by_page_and_nothing_twice(moved, monkeypatch):
    monkeypatch.setattr(movements, "PER_PAGE", 3)
    browser = log_in(moved)
    pages, address, seen = 0, "/residents/1/account", []
    while address and pages < 9:
        page = browser.get(address).get_data(as_text=True)
        seen += re.findall(r"/records/[0-9a-f]+/\d+", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
        pages += 1
    assert (pages, len(seen), len(set(seen))) == (2, 4, 4)


@time_machine.travel("2026-12-03T01:00:00Z", tick=True)
def test_a_month_on_paper_begins_with_what_was_left_and_ends_with_what_is(moved):
    browser = log_in(moved)
    page = browser.get("/residents/1/statement?month=2026-11").get_data(as_text=True)
    words = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.findall(r"<dd[^>]*>([^<]+)</dd>", page) == ["0.00", "150.00", "21.00", "129.00"]
    assert "陈测试" in words
    assert "补贴为您支付了 9.00 元" in words
    before = browser.get("/residents/1/statement?month=2026-10").get_data(as_text=True)
    assert "本月没有收支" in before
    said = browser.get("/residents/1/statement?month=2099-01")
    assert (said.status_code, "不是已经开始的月份" in said.get_data(as_text=True)) == (400, True)


def test_whoever_may_look_at_one_site_reads_accounts_of_people_at_home_there(moved):
    with writing(moved.office.engine) as connection:
        keep(connection, 1, Division("east", Level.STREET, "east"))
        hang(connection, 1, HERE, "east")
    browser = log_in(moved, Post(Role.CLERK, "east"))
    assert browser.get("/residents/1/account").status_code == 200
    assert "/records/" in browser.get("/residents/1/account").get_data(as_text=True)
    for path in ("/residents/2/account", "/residents/2/statement", "/account.json?resident_id=2"):
        assert browser.get(path).status_code == 404, path
