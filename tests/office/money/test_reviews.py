"""What a rule or the judge objected to: decided in one touch, with a reason, and taken back the same way."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger.accounts import contingency, own_money, programme
from kiosk.ledger.posting import Finding
from sync.office.books import reviews
from sync.office.books.verify import verify
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading, writing
from tests.office.access.walking import walker
from tests.office.books import ELDER, HERE, PASSWORD, THERE, Books, Browser, open_books, small_file
from tests.office.money.test_balance_changes import approve, fen_on

GIVEN_BACK, CHARGED = "meal_given_back", "subsidy_charged"


@pytest.fixture
def sold(tmp_path: Path, database_url: str) -> Iterator[Books]:
    """An elder's lunch, of whose time a rule is not sure; once on each database."""
    with open_books(tmp_path / "office", database_url, decides_alone_fen=1_500) as books:
        books.import_(small_file())
        books.sell(elders=500)
        put_up(books, "uncertain_period")
        yield books


def put_up(books: Books, code: str, detail: str = "", seq: int = 1, site: str = HERE) -> None:
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, books.journals[site][0], [Finding(seq, code, detail)])


def somebody(books: Books, name: str = "wang", role: Role = Role.ACCOUNTANT) -> Browser:
    books.hire(name, PASSWORD, [Post(role)])
    browser = books.browser()
    browser.log_in(name)
    return browser


def decide(books: Books, browser: Browser, path: str, code: str = "uncertain_period", **form: str):
    place = {"journal": books.journals[HERE][0].journal_id.hex(), "seq": "1", "code": code}
    return browser.post(f"/reviews/{path}", {**walker(browser).form, **place, **form})


def page(browser: Browser, asked: str = "") -> str:
    return " ".join(browser.get(f"/reviews?lang=en{asked}").get_data(as_text=True).split())


def is_proved(books: Books) -> bool:
    with reading(books.office.engine) as connection:
        return not verify(connection, books.office.region_id, books.office.offered.derived)


def test_a_meal_is_given_back_in_one_touch_and_taken_back_by_its_counter_entry(sold):
    wang = somebody(sold)
    assert "Give 10.00 yuan back" in page(wang)
    before = fen_on(sold, own_money(ELDER), contingency(), programme("elders"))
    path = f"put-right?outcome={GIVEN_BACK}"
    for _twice in range(2):
        assert decide(sold, wang, path, because="the wrong day").status_code == 302
    assert fen_on(sold, own_money(ELDER), contingency()) == [before[0] + 1000, -1000]
    assert "Nothing is waiting" in page(wang)
    shown = page(wang, "&state=decided")
    assert "<b>What was paid was given back</b>: the wrong day" in shown
    assert "wang" in shown
    assert decide(sold, wang, "take-back").status_code == 400, "without a reason"
    assert decide(sold, wang, "reopen", because="no").status_code == 409, "it moved money"
    assert decide(sold, wang, "take-back", because="it was the right day").status_code == 302
    assert fen_on(sold, own_money(ELDER), contingency(), programme("elders")) == before
    assert "it was the right day" in page(wang), "it waits again, and says why"
    assert decide(sold, wang, path).status_code == 302, "decided anew, it is booked anew"
    assert fen_on(sold, own_money(ELDER), contingency()) == [before[0] + 1000, -1000]
    assert is_proved(sold)


def test_beyond_what_one_person_may_move_a_second_one_decides(sold):
    sold.sell(own_fen=2000, elders=500)
    put_up(sold, "wrong_period", seq=2)
    wang, li = somebody(sold), somebody(sold, "li")
    form = {"seq": "2", "because": "the clock was wrong"}
    before = fen_on(sold, own_money(ELDER), contingency())
    asked = decide(sold, wang, f"put-right?outcome={GIVEN_BACK}", "wrong_period", **form)
    assert asked.location == "/proposals"
    assert fen_on(sold, own_money(ELDER), contingency()) == before
    proposal = re.findall(r'name="proposal" value="(\w+)"', li.get("/proposals").get_data(as_text=True))[-1]
    assert approve(wang, proposal).status_code != 302, "never the same"
    assert approve(li, proposal).status_code == 302
    assert fen_on(sold, own_money(ELDER), contingency()) == [before[0] + 2000, before[1] - 2000]
    assert "li (proposed by wang)" in page(wang, "&state=decided")


def test_the_second_subsidy_is_charged_if_a_person_says_so(sold):
    wang = somebody(sold)
    journal_id = sold.journals[HERE][0].journal_id
    put_up(sold, "duplicate_meal", f"{journal_id.hex()} 9")
    assert "Charge the second subsidy" not in page(wang), "the office bears nothing of it"
    row = {"resident_id": ELDER, "day": "2026-11-16", "meal": "lunch", "account": programme("elders")}
    bear(sold, {**row, "journal_id": journal_id, "fen": 500, "seq": 1, "step": 1})
    assert "Charge the second subsidy, 5.00 yuan" in page(wang)
    before = fen_on(sold, own_money(ELDER), contingency())
    assert decide(sold, wang, f"put-right?outcome={CHARGED}", "duplicate_meal").status_code == 302
    assert fen_on(sold, own_money(ELDER), contingency()) == [before[0] - 500, before[1] + 500]


def bear(books: Books, row: dict[str, object]) -> None:
    from sync.office.store.tables import metadata

    table = metadata.tables["duplicate_meals"]
    with writing(books.office.engine) as connection:
        connection.execute(table.insert(), {"region_id": books.office.region_id, **row})


def test_nobody_is_charged_what_they_do_not_have(sold):
    wang = somebody(sold)
    put_up(sold, "refund_beyond_original", "moved_fen=1000 record=1 returned_fen=2000")
    assert "Take 10.00 yuan back" in page(wang)
    sold.sell(own_fen=8500)
    before = fen_on(sold, own_money(ELDER), contingency())
    refused = decide(sold, wang, "put-right?outcome=too_much_taken_back", "refund_beyond_original")
    assert refused.status_code == 409
    assert fen_on(sold, own_money(ELDER), contingency()) == before
    assert "Take 10.00 yuan back" in page(wang), "it still waits"


def test_what_is_settled_says_who_and_why_and_is_opened_again(sold):
    wang = somebody(sold, role=Role.CLERK)
    assert "Give 10.00 yuan back" not in page(wang), "a clerk moves no money"
    assert decide(sold, wang, f"put-right?outcome={GIVEN_BACK}").status_code == 403
    assert decide(sold, wang, "close", because="asked the counter").status_code == 302
    assert "<b>Accepted as it was</b>: asked the counter" in page(wang, "&state=decided")
    assert decide(sold, wang, "reopen", because="asked again").status_code == 302
    assert "<b>Opened again</b>: asked again" in page(wang)


def test_the_queue_is_filtered_sorted_and_taken_along(sold):
    wang = somebody(sold)
    sold.sell(site=THERE)
    for seq in range(1, 61):
        put_up(sold, "card_unfit", f"resident={ELDER}", seq, THERE)
    assert "Page 1 of 2" in page(wang)
    assert "Give 10.00 yuan back" not in page(wang, f"&site={THERE}")
    assert "Give 10.00 yuan back" in page(wang, "&what=uncertain_period")
    assert "kiosk at huasheng" in page(wang, "&sort=what&page=1")
    listed = list(csv.reader(io.StringIO(wang.get(f"/reviews.csv?site={HERE}").data.decode("utf-8-sig"))))
    assert [row[4] for row in listed] == ["code", "uncertain_period"]
    assert len(json.loads(wang.get("/reviews.json").data)["rows"]) == 61
    assert wang.get("/reviews.xlsx?lang=zh").data[:2] == b"PK"
