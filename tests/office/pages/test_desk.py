"""The first page says what needs a person, and one search finds whoever or whatever is meant."""

from __future__ import annotations

import pytest

from kiosk.ledger.accounts import own_money
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Chained, decode
from sync.office.books import reviews
from sync.office.books.rebooking import link_at
from sync.office.console.desk.tasks import Hurt, Task, in_order
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading, writing
from sync.office.store.tables import devices
from tests.office.books import ELDER, HERE, MONDAY, PASSWORD, THERE, Books, Browser

DAY_MS = 24 * 3600 * 1000


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def somebody(books: Books, role: Role, where: str = "") -> Browser:
    books.hire(role, PASSWORD, [Post(role, where)])
    browser = books.browser()
    browser.log_in(role)
    return browser


@pytest.fixture
def receipt(books: Books) -> str:
    """Of the one meal that was sold, as its slip says it."""
    books.sell(day=MONDAY, elders=500)
    key: JournalKey = books.journals[HERE][0]
    with reading(books.office.engine) as connection:
        link = link_at(connection, key, 1)
    return Chained(decode(link.raw), link.hash).receipt


def test_the_gravest_comes_first_then_the_most_money_then_the_oldest():
    smoke = Task(Hurt.PEOPLE, "smoke", "go", "kiosks", since_ms=9)
    much, little = (Task(Hurt.MONEY, "money", "go", "reviews", fen=fen) for fen in (500, 20))
    old, new, whenever = (Task(Hurt.SERVICE, "still", "go", "kiosks", since_ms=ms) for ms in (1, 2, 0))
    assert in_order([whenever, new, little, old, much, smoke]) == [smoke, much, little, old, new, whenever]


def test_a_kiosk_that_is_silent_for_days_or_not_believed_stands_on_the_first_page(books, clerk):
    books.sell(elders=500)
    books.sell(site=THERE, elders=500)
    assert "Nothing waits for you" in text(clerk, "/?lang=en")
    with writing(books.office.engine) as connection:
        here, there = (devices.c.site == site for site in (HERE, THERE))
        now_ms = books.office.now_ms()
        connection.execute(devices.update().where(here).values(last_seen_ms=now_ms - 3 * DAY_MS))
        connection.execute(
            devices.update().where(there).values(last_seen_ms=now_ms, quarantined_at_ms=now_ms)
        )
    page = text(clerk, "/")
    assert "(Huasheng) has not been heard for 3 days" in page
    assert page.index("(Fuyuan) was not believed three times") < page.index("has not been heard")
    assert "has not been heard" not in text(somebody(books, Role.CLERK, "elsewhere"), "/?lang=en")


def test_nobody_is_told_of_what_they_may_not_do(books):
    books.sell(elders=500)
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, books.journals[HERE][0], [Finding(1, "unbalanced", "FEN 3")])
    assert "should look at: 1" in text(somebody(books, Role.CLERK), "/?lang=en")
    assert "should look at" not in text(somebody(books, Role.TECHNICIAN), "/?lang=en")


def test_a_receipt_leads_to_its_record_with_what_it_moved(books, clerk, receipt):
    answer = clerk.get("/find", query_string={"q": receipt.upper()})
    assert answer.status_code == 302
    page = text(clerk, answer.location)
    assert receipt in page
    assert own_money(ELDER) in page
    assert "−10.00" in page
    assert "陈测试" in page
    wrong = receipt[:-1] + ("0" if receipt[-1] != "0" else "1")
    assert "没有找到" in text(clerk, f"/find?q={wrong}")


def test_a_record_says_what_was_found_about_it(books, clerk, receipt):
    key: JournalKey = books.journals[HERE][0]
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(1, "unbalanced", "FEN 3")])
    path = f"/records/{key.journal_id.hex()}/1?lang=en"
    assert "postings do not balance" in text(clerk, path)
    for nothing in (f"/records/{key.journal_id.hex()}/2", "/records/xyz/1", "/records//1"):
        assert clerk.get(nothing).status_code == 404
    assert clerk.get(f"/records/{key.journal_id.hex()}/{10**19}").status_code == 404


def test_one_hit_is_opened_and_several_are_listed(books, clerk):
    books.sell(elders=500)
    assert clerk.get("/find?q=陈测试").location == f"/residents/{ELDER}"
    page = text(clerk, "/find?q=测试")
    assert "陈测试" in page
    assert "李测试" in page
    assert clerk.get("/find?q=kiosk at huasheng").location.startswith("/kiosks/")
    assert "搜索" in text(clerk, "/find") or "查找" in text(clerk, "/find")


def test_what_somebody_may_not_see_is_not_found(books, receipt):
    technician = somebody(books, Role.TECHNICIAN)
    assert "没有找到" in text(technician, "/find?q=陈测试")
    assert "没有找到" in text(technician, f"/find?q={receipt}")
    assert "没有找到" in text(somebody(books, Role.CLERK, "elsewhere"), f"/find?q={receipt}")
