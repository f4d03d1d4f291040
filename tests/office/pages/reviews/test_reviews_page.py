"""What is put up for review is read in words, and settled by a clerk."""

from __future__ import annotations

import pytest

from kiosk.ledger.posting import Finding, JournalKey
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter
from sync.office.books import heads, reviews
from sync.office.rights import cash
from sync.office.store.database import reading, writing
from tests.office.books import ELDER, HERE, THERE


def test_reviews_say_what_happened(books, clerk):
    books.sell(elders=500)
    key: JournalKey = books.journals[HERE][0]
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(7, "unbalanced", "FEN 3"), Finding(8, "something_new", "x")])
    page = clerk.text("/reviews?lang=en")
    assert "postings do not balance" in page
    assert "something_new" in page
    assert "kiosk at huasheng" in page
    assert "Records that somebody should look at: 2" in clerk.text("/")


def test_a_meal_served_twice_shows_both_records(sold, clerk):
    here, there = (sold.journals[site][0] for site in (HERE, THERE))
    with writing(sold.office.engine) as connection:
        for key, other in ((here, there), (there, here)):
            detail = f"{other.journal_id.hex()} 1"
            reviews.put_up(connection, key, [Finding(1, "duplicate_meal", detail)])
    page = clerk.text("/reviews?lang=en")
    assert page.count("Two records side by side") == 1
    assert page.count('<section class="tile">') == 2
    assert "kiosk at huasheng" in page
    assert "<code>programme/elders</code></dt><dd>\N{MINUS SIGN}5.00</dd>" in page


@pytest.mark.parametrize("detail", ["", "x", "00" * 16, "00" * 16 + " x", "card=1 apart_s=3"])
def test_a_review_that_names_no_other_record_is_shown_all_the_same(sold, clerk, detail):
    key = sold.journals[HERE][0]
    codes = ("duplicate_meal", "card_at_two_sites", cash.UNSEEN, "ration_used_up", "cloned_device")
    with writing(sold.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(1, code, detail) for code in codes])
    page = clerk.text("/reviews?lang=en")
    assert "One subsidised meal was served at two kiosks" in page
    assert "Two records side by side" not in page


def test_the_largest_possible_loss_is_one_figure(sold, clerk):
    page = clerk.text("/exposure?lang=en")
    assert '<p class="figure">600.00<small>' in page  # two kiosks' pools of courtesy
    assert "kiosk at fuyuan" in page


def test_a_counters_request_is_read_in_words_and_settled(books, clerk):
    wish = CorrectionAsked(ELDER, HERE, Matter.CATEGORY_MISSING, "living_alone")
    assert books.write(CORRECTION_ASKED, wish, operator="li")
    page = clerk.text("/reviews")
    assert "应是：独居 (li)" in page
    assert f'href="/residents/{ELDER}"' in page
    key: JournalKey = books.journals[HERE][0]
    form = {"journal": key.journal_id.hex(), "seq": "1", "code": "correction_asked"}
    assert clerk.post("/reviews/close", form).status_code == 400, "without the page's token"
    assert "独居" in clerk.text("/reviews")
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert clerk.post("/reviews/close", form | {"csrf_token": token}).location == "/reviews"
    assert "独居" not in clerk.text("/reviews")
    assert clerk.post("/reviews/close", form | {"csrf_token": token, "seq": "x"}).status_code == 400


def test_a_stranger_settles_nothing(books):
    books.write(CORRECTION_ASKED, CorrectionAsked(ELDER, HERE, Matter.NAME))
    stranger = books.browser()
    form = {"journal": books.journals[HERE][0].journal_id.hex(), "seq": "1", "code": "correction_asked"}
    answer = stranger.post("/reviews/close", form | {"csrf_token": stranger.token()})
    assert answer.location.startswith("/login")
    books.hire()
    assert stranger.log_in().status_code == 302
    assert "名字不对" in stranger.text("/reviews")


def test_a_clerk_says_that_the_cash_which_was_shown_is_there(books, clerk):
    books.sell(elders=500)
    key: JournalKey = books.journals[HERE][0]
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(7, cash.UNSEEN, "paid_fen=300000 limit_fen=200000")])
    page = clerk.text("/reviews?lang=en")
    assert "The cash is there" in page
    assert "3,000.00 yuan not seen, 2,000.00 yuan are believed" in page
    shown_fen = page.partition('name="shown_fen" value="')[2].partition('"')[0]
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "journal": key.journal_id.hex(), "seq": "7", "code": cash.UNSEEN}
    assert clerk.post("/reviews/seen", form).status_code == 400, "without the sum"
    assert clerk.post("/reviews/seen", form | {"shown_fen": shown_fen}).location == "/reviews"
    assert "The cash is there" not in clerk.text("/reviews?lang=en")


def test_a_clerk_who_found_no_second_kiosk_ends_what_nobody_writes_any_more(books, clerk):
    books.sell(elders=500)
    lost: JournalKey = books.journals[HERE][0]
    goes_on = JournalKey(lost.region_id, b"\1" * 16)
    with writing(books.office.engine) as connection:
        device_id = heads.lock_head(connection, lost).device_id
        heads.begin_journal(connection, goes_on, device_id, HERE)
        detail = f"also_alive={lost.journal_id.hex()}"
        reviews.put_up(connection, goes_on, [Finding(1, "cloned_device", detail)])
    page = clerk.text("/reviews?lang=en")
    assert "There is no second kiosk" in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "journal": goes_on.journal_id.hex(), "seq": "1", "code": "cloned_device"}
    assert clerk.post("/reviews/only-one", form).location == "/reviews"
    assert "There is no second kiosk" not in clerk.text("/reviews?lang=en")
    with reading(books.office.engine) as connection:
        assert heads.open_journals(connection, lost.region_id, device_id) == [goes_on]
