"""A programme's claim is filed by two people, and is the same for ever; what comes later is an adjustment."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from openpyxl import load_workbook

from kiosk.ledger.accounts import programme, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import balanced, posting
from kiosk.ledger.tables import balances
from sync.office.books import own_journal
from sync.office.books.filings import filed
from sync.office.books.own_journal import Entry
from sync.office.books.verify import verify
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.canteen.settlement import filing
from sync.office.store.database import reading, snapshot, writing
from sync.office.store.tables import devices
from tests.office.access.walking import walker
from tests.office.books import HERE, MONDAY, PASSWORD, THERE, TUESDAY, YOUNG, Books, Browser
from tests.office.money.rebuilt import rebuilt

DECEMBER_3 = "2026-12-03T01:00:00Z"
JANUARY_4 = "2027-01-04T01:00:00Z"


@pytest.fixture
def sold(on_both: Books) -> Books:
    """Two sites' meals of November; an elder's, and somebody's who pays all of it."""
    on_both.sell(day=MONDAY, elders=500)
    on_both.sell(YOUNG, day=MONDAY, own_fen=1500)
    on_both.sell(day=TUESDAY, site=THERE, elders=400, town=100)
    return on_both


def somebody(books: Books, name: str) -> Browser:
    books.hire(name, PASSWORD, [Post(Role.ACCOUNTANT)])
    browser = books.browser()
    browser.log_in(name)
    return browser


def file_it(books: Books, last_day: str = "2026-11-30", programme_: str = "elders") -> Browser:
    """One proposes it, and another one approves."""
    wang, li = somebody(books, "wang"), somebody(books, "li")
    asked = wang.post(
        f"/claims/{programme_}/next", {"to": last_day, "csrf_token": walker(wang).form["csrf_token"]}
    )
    assert asked.location == "/proposals", asked.get_data(as_text=True)
    approve(li)
    return li


def approve(browser: Browser) -> None:
    page = browser.get("/proposals").get_data(as_text=True)
    (proposal,) = set(re.findall(r'name="proposal" value="(\w+)"', page))
    done = browser.post("/proposals/approve", {"proposal": proposal, **walker(browser).form})
    assert done.status_code == 302, done.get_data(as_text=True)


def owed_fen(books: Books, name: str = "elders") -> int:
    c = balances.c
    query = sa.select(sa.func.sum(c.debits - c.credits)).where(c.account == programme(name))
    with reading(books.office.engine) as connection:
        return int(connection.execute(query).scalar_one())


def claimed_fen(books: Books, name: str = "elders") -> list[int]:
    with reading(books.office.engine) as connection:
        return [each.filing.fen for each in filed(connection, 1, name)]


@time_machine.travel(DECEMBER_3, tick=True)
def test_a_month_is_filed_by_two_people_and_says_each_meal(sold):
    browser = file_it(sold)
    content = json.loads(browser.get("/claim.json?programme=elders&number=1").get_data())
    assert (content["first_day"], content["last_day"]) == ("2026-11-16", "2026-11-30")
    assert content["total"] == {"portions": 2, "fen": 900}
    told = [
        (each["day"], each["site"], each["resident"], each["rule"], each["fen"]) for each in content["period"]
    ]
    assert told == [("2026-11-16", HERE, 1, "rule", 500), ("2026-11-17", THERE, 1, "rule", 400)]
    assert content["adjustments"] == []
    assert sum(claimed_fen(sold)) == owed_fen(sold) == 900
    assert claimed_fen(sold, "town") == []
    with reading(sold.office.engine) as connection:
        (one,) = filed(connection, 1, "elders")
    assert (one.filing.proposed_by, one.filed_by) == ("wang", "li")


def test_what_an_offline_kiosk_brings_later_is_the_next_claim_s_adjustment(sold):
    with time_machine.travel(DECEMBER_3, tick=True):
        browser = file_it(sold)
        first = browser.get("/claim.json?programme=elders&number=1").get_data()
        sold.sell(day=TUESDAY, site=THERE, elders=500)  # was on a counter without a network
        sold.sell(day=date(2026, 12, 2), elders=500)
    with time_machine.travel(JANUARY_4, tick=True):
        browser = file_it(sold, "2026-12-31")
        second = json.loads(browser.get("/claim.json?programme=elders&number=2").get_data())
        assert [each["day"] for each in second["period"]] == ["2026-12-02"]
        assert [(each["day"], each["site"]) for each in second["adjustments"]] == [("2026-11-17", THERE)]
        assert claimed_fen(sold) == [900, 1000]
        assert sum(claimed_fen(sold)) == owed_fen(sold)
        page = browser.get("/claims/elders/1").get_data(as_text=True)
        assert "逐字节相同" in page
    with snapshot(sold.office.engine) as connection:
        assert filing.as_bytes(filing.made_again(connection, 1, "elders", 1)) == first
        assert verify(connection, sold.office.region_id, sold.office.offered.derived) == []


def test_from_the_journals_alone_comes_the_same_file_byte_for_byte(sold, tmp_path: Path):
    with time_machine.travel(DECEMBER_3, tick=True):
        browser = file_it(sold)
        sold.sell(day=MONDAY, site=THERE, elders=500)
        kept = browser.get("/claim.json?programme=elders&number=1").get_data()
    with rebuilt(sold, tmp_path / "auditor") as anew, snapshot(anew.office.engine) as connection:
        assert filing.as_filed(connection, 1, filed(connection, 1, "elders")[0].filing) is None
        assert filing.as_bytes(filing.made_again(connection, 1, "elders", 1)) == kept
    assert len(json.loads(kept)["heads"]) >= 2


@time_machine.travel(DECEMBER_3, tick=True)
def test_the_files_are_the_same_whenever_they_are_made(sold):
    browser = file_it(sold)
    workbook = browser.get("/claim.xlsx?programme=elders&number=1").get_data()
    with time_machine.travel(JANUARY_4, tick=True):
        later = somebody(sold, "zhao")
        assert later.get("/claim.xlsx?programme=elders&number=1").get_data() == workbook
    rows = list(load_workbook(io.BytesIO(workbook))["本期"].values)
    assert rows[1][:4] == ("2026-11-16", HERE, "lunch", 1)
    lines = list(
        csv.DictReader(
            io.StringIO(browser.get("/claim.csv?programme=elders&number=1").get_data().decode("utf-8-sig"))
        )
    )
    assert [each["yuan"] for each in lines] == ["5.00", "4.00"]


@time_machine.travel(DECEMBER_3, tick=True)
def test_what_the_office_bears_of_a_meal_served_twice_is_claimed_once(sold):
    with writing(sold.office.engine) as connection:
        parts = balanced(
            posting(programme("elders"), Amount(400)), posting(revenue("canteen", THERE), Amount(-400))
        )
        entry = Entry("duplicate x 1", "duplicate_meal", parts, "1 2026-11-17 lunch")
        own_journal.enter(connection, 1, [entry], operator="", at_ms=sold.office.now_ms())
    browser = file_it(sold)
    content = json.loads(browser.get("/claim.json?programme=elders&number=1").get_data())
    assert content["total"] == {"portions": 1, "fen": 500}
    assert [each["why"] for each in content["period"] if each["fen"] < 0] == ["duplicate_meal"]
    assert sum(claimed_fen(sold)) == owed_fen(sold) == 500


@time_machine.travel(DECEMBER_3, tick=True)
def test_a_kiosk_that_was_not_heard_since_is_named(sold):
    wang = somebody(sold, "wang")
    with writing(sold.office.engine) as connection:
        long_ago = devices.update().where(devices.c.site == THERE).values(last_seen_ms=1)
        connection.execute(devices.update().values(last_seen_ms=sold.office.now_ms()))
        connection.execute(long_ago)
    page = wang.get("/claims/elders/next").get_data(as_text=True)
    assert f"kiosk at {THERE}" in page
    assert f"kiosk at {HERE}" not in page
    assert "没有机器说还有未报的记录" not in page


@time_machine.travel(DECEMBER_3, tick=True)
def test_the_programmes_stand_on_one_page_with_what_is_not_claimed_yet(sold):
    page = somebody(sold, "wang").get("/claims")
    assert page.status_code == 200
    assert "9.00" in page.get_data(as_text=True)


@time_machine.travel(DECEMBER_3, tick=True)
def test_a_period_that_is_not_over_is_not_filed(sold):
    wang = somebody(sold, "wang")
    said = wang.post("/claims/elders/next", {"to": "2026-12-03", **walker(wang).form})
    assert said.status_code == 400
    assert "还没有过完" in said.get_data(as_text=True)


@time_machine.travel(DECEMBER_3, tick=True)
def test_a_claim_that_was_touched_in_the_database_is_found_out(sold):
    browser = file_it(sold)
    with writing(sold.office.engine) as connection:
        connection.execute(sa.text("UPDATE servings SET resident_id = 2 WHERE day = '2026-11-17'"))
    page = browser.get("/claims/elders/1").get_data(as_text=True)
    assert "与申报时不同" in page
