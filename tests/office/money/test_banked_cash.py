"""Cash of close-outs in the bank: entered once, undone by a counter-entry, and both sides say so."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
import sqlalchemy as sa

from kiosk.ledger.accounts import bank, cash_box, cash_difference, own_money, safe
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import balanced, posting
from kiosk.services.till.records import (
    SHIFT_CLOSE,
    SHIFT_OPEN,
    TOP_UP,
    ShiftClosed,
    ShiftOpened,
    ToppedUp,
)
from sync.office.books.verify import verify
from sync.office.people.access import areas
from sync.office.people.access.areas import Division, Level
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.rights import cash
from sync.office.store.database import reading, snapshot, writing
from sync.office.store.tables import reviews
from tests.office.access.walking import walker
from tests.office.books import ELDER, HERE, MONDAY, PASSWORD, THERE, Books, Browser, small_file
from tests.office.money.test_balance_changes import approve, fen_on, somebody

DEVICE = HERE.encode().ljust(16, b"-")
FLOAT_FEN = 10_000
MONEY = (own_money(ELDER), safe(HERE), bank(), cash_difference(HERE))


def shift(books: Books, number: int, top_up_fen: int, *, missing_fen: int = 0, site: str = HERE) -> None:
    """Begun with change out of the safe, one top-up, and all that was counted into the safe."""
    opened = balanced(posting(cash_box(site), Amount(-FLOAT_FEN)), posting(safe(site), Amount(FLOAT_FEN)))
    books.write(SHIFT_OPEN, ShiftOpened(site, number, FLOAT_FEN), *opened, site=site)
    paid = balanced(
        posting(own_money(ELDER), Amount(top_up_fen)), posting(cash_box(site), Amount(-top_up_fen))
    )
    books.write(TOP_UP, ToppedUp(ELDER, site, top_up_fen), *paid, site=site)
    expected_fen = FLOAT_FEN + top_up_fen
    closed = ShiftClosed(site, number, expected_fen, expected_fen - missing_fen, (), "miscounted")
    parts = balanced(
        posting(cash_box(site), Amount(expected_fen)),
        posting(safe(site), Amount(missing_fen - expected_fen)),
        posting(cash_difference(site), Amount(-missing_fen)),
    )
    books.write(SHIFT_CLOSE, closed, *parts, site=site, operator="wang")


@pytest.fixture
def shifts(on_both: Books) -> Books:
    """Three close-outs here, the second with 5 yuan missing, and one elsewhere."""
    on_both.import_(small_file())
    shift(on_both, 1, 30_000)
    shift(on_both, 2, 20_000, missing_fen=500)
    shift(on_both, 3, 5000)
    shift(on_both, 1, 7000, site=THERE)
    return on_both


def enter(browser: Browser, close_outs: list[str], **given: str):
    form = {"site": HERE, "slip": "A-17", "day": str(MONDAY), **given, **walker(browser).form}
    return browser.post("/cash/bank", {**form, "close_out": close_outs})  # as often as there are


def waiting(browser: Browser, site: str = HERE) -> list[str]:
    """The latest shift first, as the page offers them."""
    page = browser.get(f"/cash/bank?site={site}").get_data(as_text=True)
    return re.findall(r'name="close_out" value="(\S+)"', page)


def undo(browser: Browser, slip: str = "A-17", why: str = "typed twice", site: str = HERE):
    form = {"slip": slip, "site": site, "why": why, **walker(browser).form}
    return browser.post("/cash/banked/undo", form)


def seen_fen(books: Books) -> int:
    with reading(books.office.engine) as connection:
        return cash.of_kiosk(connection, 1, DEVICE).seen_fen


def faults(books: Books) -> list[object]:
    with snapshot(books.office.engine) as connection:
        return list(verify(connection, 1, books.office.offered.derived))


def test_cash_goes_from_the_safe_to_the_bank_and_its_close_outs_wait_no_more(shifts):
    wang = somebody(shifts, "wang")
    third, second, first = waiting(wang)
    assert fen_on(shifts, *MONEY) == [72_000, -54_500, 0, -500]
    assert enter(wang, [first, second], yuan="495").status_code == 302
    assert fen_on(shifts, *MONEY) == [72_000, -5000, -49_500, -500]
    assert waiting(wang) == [third], "change goes to no bank"
    assert seen_fen(shifts) == 49_500
    assert faults(shifts) == [], "made again from the journals alone"
    page = wang.get(f"/cash?from={MONDAY}&to={MONDAY}").get_data(as_text=True)
    assert page.count("A-17") == 2
    assert page.count("未存行") == 2


def test_the_same_slip_and_the_same_cash_are_refused_and_the_first_entry_is_named(shifts):
    wang, li = somebody(shifts, "wang"), somebody(shifts, "li")
    third, second, first = waiting(wang)
    enter(wang, [first], yuan="300")
    again = enter(li, [second], yuan="195")
    assert again.status_code == 400
    assert "300.00 元" in again.get_data(as_text=True)
    assert "wang" in again.get_data(as_text=True)
    assert enter(li, [first, second], yuan="495", slip="A-18").status_code == 400
    assert fen_on(shifts, *MONEY) == [72_000, -24_500, -30_000, -500]
    assert waiting(wang) == [third, second]


def test_what_differs_wants_a_reason_and_a_second_person(shifts):
    wang, li = somebody(shifts, "wang"), somebody(shifts, "li")
    close_outs = waiting(wang)
    refused = enter(wang, close_outs, yuan="540")
    assert refused.status_code == 400
    assert 'id="wrong-why"' in refused.get_data(as_text=True)
    assert enter(wang, close_outs, yuan="540", why="a false note").location == "/proposals"
    assert fen_on(shifts, *MONEY) == [72_000, -54_500, 0, -500], "nothing before"
    proposal = re.findall(r'name="proposal" value="(\w+)"', wang.get("/proposals").get_data(as_text=True))[-1]
    assert approve(wang, proposal).status_code != 302, "never the same"
    assert approve(li, proposal).status_code == 302
    assert fen_on(shifts, *MONEY) == [72_000, 0, -54_000, -1000]
    assert seen_fen(shifts) == 54_000
    page = li.get(f"/cash/banked?from={MONDAY}").get_data(as_text=True)
    assert "a false note" in page
    assert "wang, li" in page


def test_an_entry_is_undone_by_one_against_it_and_both_stay(shifts):
    wang = somebody(shifts, "wang")
    close_outs = waiting(wang)
    enter(wang, close_outs[1:], yuan="495")
    assert undo(wang, why="").status_code == 400
    assert undo(wang, site=THERE).status_code == 404
    assert undo(wang).status_code == 302
    assert undo(wang).status_code == 404, "once"
    assert fen_on(shifts, *MONEY) == [72_000, -54_500, 0, -500]
    assert waiting(wang) == close_outs
    assert seen_fen(shifts) == 0
    assert "typed twice" in wang.get(f"/cash/banked?from={MONDAY}").get_data(as_text=True)
    assert enter(wang, close_outs, yuan="545").status_code == 302, "the slip is free again"
    assert fen_on(shifts, *MONEY) == [72_000, 0, -54_500, -500]
    assert faults(shifts) == []


def test_cash_that_was_seen_before_is_not_seen_twice(shifts):
    """Else each slip would make room for cash that is not there."""
    wang = somebody(shifts, "wang")
    with writing(shifts.office.engine) as connection:
        cash.seen(connection, 1, DEVICE, 40_000)
    close_outs = waiting(wang)
    enter(wang, close_outs[2:], yuan="300")
    assert seen_fen(shifts) == 40_000
    enter(wang, close_outs[:2], yuan="245", slip="A-18")
    assert seen_fen(shifts) == 54_500
    undo(wang, "A-18")
    assert seen_fen(shifts) == 40_000


def test_banked_cash_is_no_exposure_and_its_review_is_closed(shifts):
    wang = somebody(shifts, "wang")
    key = shifts.journals[HERE][0]
    row = {"region_id": 1, "journal_id": key.journal_id, "seq": 9, "code": cash.UNSEEN, "detail": ""}
    with writing(shifts.office.engine) as connection:
        connection.execute(reviews.insert(), row)
    enter(wang, waiting(wang), yuan="545")
    with reading(shifts.office.engine) as connection:
        assert connection.execute(sa.select(reviews.c.closed_at_ms)).scalar_one()
        assert cash.of_kiosk(connection, 1, DEVICE).unseen_fen == 500, "what was missing at the counter"


def test_the_files_say_what_the_page_says(shifts):
    wang = somebody(shifts, "wang")
    enter(wang, waiting(wang), yuan="545", slip="=1+1")
    asked = f"from={MONDAY}"
    said = json.loads(wang.get(f"/cash/banked.json?{asked}").data)
    assert said["rows"][0]["banked_fen"] == said["total"]["counted_fen"] == 54_500
    (row,) = list(csv.reader(io.StringIO(wang.get(f"/cash/banked.csv?{asked}").data.decode("utf-8-sig"))))[1:]
    assert row[:7] == [str(MONDAY), "'=1+1", HERE, "3", "545.00", "545.00", "0.00"]
    rows = list(csv.reader(io.StringIO(wang.get(f"/cash.csv?{asked}").data.decode("utf-8-sig"))))
    assert sorted(each[9:] for each in rows[1:]) == [
        ["100.00", "195.00", "'=1+1"],
        ["100.00", "300.00", "'=1+1"],
        ["100.00", "50.00", "'=1+1"],
        ["100.00", "70.00", ""],
    ]
    assert wang.get(f"/cash/banked.xlsx?{asked}").data.startswith(b"PK")
    told = json.loads(wang.get(f"/cash.json?{asked}").data)
    assert (
        told["total"]["for_the_bank_fen"] == sum(each["for_the_bank_fen"] for each in told["rows"]) == 61_500
    )
    assert wang.get(f"/cash.xlsx?{asked}").data.startswith(b"PK")


@pytest.mark.parametrize(
    ("field", "given"),
    [("slip", ""), ("yuan", "0"), ("yuan", "1.234"), ("day", "2999-01-01"), ("day", ""), ("close_out", "")],
)
def test_what_is_wrong_is_said_at_its_field(shifts, field, given):
    wang = somebody(shifts, "wang")
    close_outs = waiting(wang) if field != "close_out" else []
    refused = enter(wang, close_outs, **{"yuan": "545", "why": "", field: given})
    assert refused.status_code == 400
    assert f'id="wrong-{field}"' in refused.get_data(as_text=True)
    assert fen_on(shifts, bank()) == [0]


def test_somebody_of_another_site_neither_sees_nor_enters_nor_undoes_it(shifts):
    wang = somebody(shifts, "wang")
    enter(wang, waiting(wang)[1:], yuan="495")
    with writing(shifts.office.engine) as connection:
        areas.keep(connection, 1, Division("east", Level.ESTATE, "东苑"))
        areas.hang(connection, 1, THERE, "east")
    shifts.hire("east", PASSWORD, [Post(Role.ACCOUNTANT, "east")])
    east = shifts.browser()
    east.log_in("east")
    assert "A-17" not in east.get(f"/cash/banked?from={MONDAY}").get_data(as_text=True)
    assert east.get(f"/cash/bank?site={HERE}").status_code == 404
    assert undo(east).status_code == 404
    (theirs,) = waiting(east, THERE)
    (ours,) = waiting(wang)
    assert enter(east, [ours], site=THERE, slip="B-1", yuan="50").status_code == 400
    assert enter(east, [theirs], site=THERE, slip="B-1", yuan="70").status_code == 302
    assert fen_on(shifts, safe(THERE), bank()) == [0, -56_500]
