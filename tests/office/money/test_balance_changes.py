"""Refunds and corrections at the office: by two people, and both sides of the books say so."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from kiosk.ledger.accounts import bank, contingency, own_money
from kiosk.ledger.tables import balances
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading
from tests.office.access.walking import walker
from tests.office.books import ELDER, PASSWORD, YOUNG, Books, Browser

PATH = "/residents/1/balance"


def somebody(books: Books, name: str) -> Browser:
    books.hire(name, PASSWORD, [Post(Role.ACCOUNTANT)])
    browser = books.browser()
    browser.log_in(name)
    return browser


def fen_on(books: Books, *accounts: str) -> list[int]:
    c = balances.c
    query = sa.select(sa.func.coalesce(sa.func.sum(c.credits - c.debits), 0)).where(c.unit == "FEN")
    with reading(books.office.engine) as connection:
        return [int(connection.execute(query.where(c.account == each)).scalar_one()) for each in accounts]


def propose(browser: Browser, **given: str) -> str:
    asked = browser.post(PATH, {**walker(browser).form, "note": "moved away", **given})
    assert asked.location == "/proposals", asked.get_data(as_text=True)
    page = browser.get("/proposals").get_data(as_text=True)
    return re.findall(r'name="proposal" value="(\w+)"', page)[-1]


def approve(browser: Browser, proposal: str):
    return browser.post("/proposals/approve", {"proposal": proposal, **walker(browser).form})


def test_money_is_paid_back_when_a_second_person_has_approved_it(books):
    wang, li = somebody(books, "wang"), somebody(books, "li")
    proposal = propose(wang, what="refund", yuan="30.50")
    assert fen_on(books, own_money(ELDER), bank()) == [10_000, 0], "nothing before"
    assert approve(wang, proposal).status_code != 302, "never the same"
    assert fen_on(books, own_money(ELDER), bank()) == [10_000, 0]
    assert approve(li, proposal).status_code == 302
    assert approve(li, proposal).status_code != 302, "once"
    assert fen_on(books, own_money(ELDER), bank()) == [6950, 3050]
    page = li.get("/residents/1/account").get_data(as_text=True)
    assert "办公室退款" in page
    assert "69.50" in page


@pytest.mark.parametrize(("what", "own_fen"), [("add", 10_120), ("take", 9880)])
def test_a_correction_is_borne_by_the_office(books, what, own_fen):
    wang, li = somebody(books, "wang"), somebody(books, "li")
    assert approve(li, propose(wang, what=what, yuan="1.2")).status_code == 302
    assert fen_on(books, own_money(ELDER), contingency()) == [own_fen, 10_000 - own_fen]


def test_more_than_there_is_goes_out_only_if_somebody_accepts_that(books):
    wang, li = somebody(books, "wang"), somebody(books, "li")
    refused = approve(li, propose(wang, what="refund", yuan="100.01"))
    assert "没有入账" in refused.get_data(as_text=True)
    assert fen_on(books, own_money(ELDER), bank()) == [10_000, 0]
    assert approve(li, propose(wang, what="refund", yuan="100.01", exposure="yes")).status_code == 302
    assert fen_on(books, own_money(ELDER), bank()) == [-1, 10_001]


@pytest.mark.parametrize("yuan", ["", "0", "-5", "1e3", "1.234", "十元", "9999999"])
def test_what_is_no_amount_is_said_at_its_field(books, yuan):
    wang = somebody(books, "wang")
    said = wang.post(PATH, {**walker(wang).form, "what": "add", "yuan": yuan, "note": ""})
    page = said.get_data(as_text=True)
    assert said.status_code == 400
    assert 'id="wrong-yuan"' in page
    assert 'id="wrong-note"' in page


def test_an_account_is_ended_from_the_residents_page_by_two_people(books):
    wang, li = somebody(books, "wang"), somebody(books, "li")
    assert 'href="/residents/1/leave"' in wang.get("/residents/1").get_data(as_text=True)
    for wrong in ({"why": "", "note": "x"}, {"why": "twice", "into": "1", "note": "x"}, {"why": "died"}):
        said = wang.post("/residents/1/leave", {**walker(wang).form, **wrong})
        assert said.status_code == 400
        assert 'role="alert"' in said.get_data(as_text=True)
    given = {**walker(wang).form, "why": "twice", "into": str(YOUNG), "note": "one person", "exposure": "yes"}
    assert wang.post("/residents/1/leave", given).location == "/proposals"
    page = li.get("/proposals?lang=en").get_data(as_text=True)
    assert "Resident no. 1 is no. 2 too: move all to no. 2" in page
    proposal = re.findall(r'name="proposal" value="(\w+)"', page)[-1]
    assert approve(wang, proposal).status_code != 302, "never the same"
    assert fen_on(books, own_money(ELDER), own_money(YOUNG)) == [10_000, 5_000]
    assert approve(li, proposal).status_code == 302
    assert fen_on(books, own_money(ELDER), own_money(YOUNG), bank()) == [0, 15_000, 0]
    for number in (ELDER, YOUNG):
        assert "Account ended" in li.get(f"/residents/{number}/account?lang=en").get_data(as_text=True)
    cards = li.get("/residents/1/cards?lang=en").get_data(as_text=True)
    assert "Active" not in cards
    assert wang.post("/residents/1/leave", given).location == "/proposals", "asked once more"
    page = li.get("/proposals").get_data(as_text=True)
    assert approve(li, re.findall(r'name="proposal" value="(\w+)"', page)[-1]).status_code != 302
    assert fen_on(books, own_money(ELDER), own_money(YOUNG), bank()) == [0, 15_000, 0]
