"""Top-ups by a bank's file: looked at cell by cell, booked once by two people, undone if not spent."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from openpyxl import Workbook

from kiosk.ledger.accounts import bank, own_money
from sync.office.books.verify import verify
from sync.office.people.access import areas
from sync.office.people.access.areas import Division, Level
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.people.access.proposals import Approved
from sync.office.services.accounts.bank_file.booking import BOOK_BANK_FILE, BookBankFile, free_fen
from sync.office.services.accounts.bank_file.reading import TopUpLine
from sync.office.store.database import reading, snapshot, writing
from sync.office.store.tables import grants
from tests.office.access.walking import walker
from tests.office.books import ELDER, HERE, PASSWORD, YOUNG, Books, Browser, small_file
from tests.office.money.test_balance_changes import approve, fen_on, somebody
from tests.sync.world import Kiosk, open_world

HEAD = "交易日期,交易流水号,对方户名,收入金额（元）,居民编号,附言"
GOOD = [
    "2026-11-16,T-1,陈女士,50.00,1,",
    '2026-11-16,T-2,李测试,"￥1,200.50",,充值 2 号',
    "2026-11-16,T-3,某公司,,,买菜",
]
OWN = (own_money(ELDER), own_money(YOUNG), bank())


def csv_of(*rows: str, encoding: str = "gb18030") -> bytes:
    return "\r\n".join(["某银行账户明细", HEAD, *rows]).encode(encoding)


def xlsx_of(rows: Sequence[Sequence[object]]) -> bytes:
    book, made = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(made)
    return made.getvalue()


def look(browser: Browser, content: bytes, name: str = "明细.csv"):
    form: dict[str, Any] = {**walker(browser).form, "sheet": (io.BytesIO(content), name)}
    return browser.post("/topups", form, content_type="multipart/form-data")


def propose(browser: Browser, content: bytes) -> str:
    """What the page offers is sent back as it stands there; the proposal."""
    page = look(browser, content).get_data(as_text=True)
    lines = unescape(re.findall(r'name="lines" value="([^"]*)"', page)[0])
    form = {**walker(browser).form, "file": "明细.csv", "lines": lines}
    assert browser.post("/topups/propose", form).location == "/proposals"
    return newest(browser)


def newest(browser: Browser) -> str:
    page = browser.get("/proposals").get_data(as_text=True)
    return re.findall(r'name="proposal" value="(\w+)"', page)[-1]


def file_in(browser: Browser) -> str:
    return re.findall(r'href="(/topups/\w+)"', browser.get("/topups").get_data(as_text=True))[0]


def undo(browser: Browser, **given: str):
    return browser.post(f"{file_in(browser)}/undo", {**walker(browser).form, "why": "wrong file", **given})


def cells_of(page: str) -> list[str]:
    return re.findall(r"<td><b>(\w*)</b></td>", page)


@pytest.fixture
def stocked_books(on_both: Books) -> Books:
    on_both.import_(small_file())
    return on_both


def test_a_file_is_looked_at_proposed_and_booked_when_a_second_person_approves(stocked_books):
    books = stocked_books
    wang, li = somebody(books, "wang"), somebody(books, "li")
    proposal = propose(wang, csv_of(*GOOD))
    assert fen_on(books, *OWN) == [10_000, 5000, 0], "nothing before"
    assert approve(wang, proposal).status_code != 302, "never the same"
    assert "+1,200.50" in li.get("/proposals").get_data(as_text=True)
    assert approve(li, proposal).status_code == 302
    assert fen_on(books, *OWN) == [15_000, 125_050, -125_050]
    with snapshot(books.office.engine) as connection:
        assert list(verify(connection, 1, books.office.offered.derived)) == []
    assert "银行转账充值" in li.get("/residents/1/account").get_data(as_text=True)


def test_the_same_file_once_more_changes_nothing(stocked_books):
    books = stocked_books
    wang, li = somebody(books, "wang"), somebody(books, "li")
    proposals = [propose(wang, csv_of(*GOOD)) for _ in range(2)]
    assert approve(li, proposals[0]).status_code == 302
    assert approve(li, proposals[1]).status_code != 302, "proposed twice, booked once"
    again = look(wang, csv_of(*GOOD, encoding="utf-8-sig"))
    assert again.status_code == 200
    assert 'name="lines"' not in again.get_data(as_text=True)
    assert fen_on(books, *OWN) == [15_000, 125_050, -125_050]


def test_each_cell_that_cannot_be_is_named_and_nothing_is_booked(stocked_books):
    books = stocked_books
    wang, li = somebody(books, "wang"), somebody(books, "li")
    approve(li, propose(wang, csv_of(GOOD[0])))
    bad = [
        "2026-11-17,T-1,陈女士,60.00,1,",  # booked over another sum
        "2026-11-17,T-5,陈女士,-3,1,",
        "2026-11-17,T-6,陈女士,10,77,",  # nobody
        "2026-11-17,,陈女士,10,1,",
        "2026-11-17,T-8,陈女士,10,1,",
        "2026-11-17,T-8,陈女士,10,2,",
        "2026-11-17,T-9,陈女士,10,,给 1 和 2",
        "2026-11-17,T-10,陈女士,6000,1,",  # more than one transaction may have
    ]
    looked = look(wang, csv_of(*bad))
    assert looked.status_code == 400
    assert cells_of(looked.get_data(as_text=True)) == ["B3", "D4", "E5", "B6", "B8", "F9", "D10"]
    assert 'name="lines"' not in looked.get_data(as_text=True)
    assert fen_on(books, *OWN) == [15_000, 5000, -5000]


def test_an_excel_sheet_names_people_by_their_cards_and_long_numbers_that_were_lost(books):
    wang = somebody(books, "wang")
    head = ["流水号", "金额", "卡号", "居民编号"]
    good = look(wang, xlsx_of([head, ["A1", 30.5, 1, None], ["A2", 20, 3, 2]]), "a.xlsx")
    assert good.status_code == 200
    page = good.get_data(as_text=True)
    assert "30.50" in page
    assert "陈测试" in page
    assert "李测试" in page
    wrong = xlsx_of([head, [1234567890123456789, 30, 1, None], ["A2", 20, 3, 1], ["A3", 5, 99, None]])
    assert cells_of(look(wang, wrong, "a.xlsx").get_data(as_text=True)) == ["A2", "C3", "C4"]


@pytest.mark.parametrize(
    "content", [b"", b"\0\1\2\3", "姓名,电话\n甲,1".encode(), b"PK\x03\x04 no workbook"], ids=repr
)
def test_what_is_no_file_of_a_bank_is_said(books, content):
    wang = somebody(books, "wang")
    refused = look(wang, content)
    assert refused.status_code == 400
    assert 'id="wrong-sheet"' in refused.get_data(as_text=True)


def test_a_file_is_undone_as_far_as_the_money_was_not_spent_and_the_rest_is_named(stocked_books):
    books = stocked_books
    wang, li = somebody(books, "wang"), somebody(books, "li")
    approve(li, propose(wang, csv_of(*GOOD)))
    assert "终端可能正在花<" not in wang.get(file_in(wang)).get_data(as_text=True)
    books.sell(ELDER, own_fen=0)
    held = {"journal_id": books.journals[HERE][0].journal_id, "account": OWN[0], "unit": "FEN"}
    with writing(books.office.engine) as connection:
        connection.execute(grants.insert(), {"region_id": 1, "granted": 10_100, **held})
    assert wang.get(file_in(wang)).get_data(as_text=True).count("终端可能正在花<") == 1
    with writing(books.office.engine) as connection:
        connection.execute(grants.delete())
    books.sell(ELDER, own_fen=10_500)
    assert undo(wang, why="").status_code == 400
    assert undo(wang).location == "/proposals"
    assert approve(li, newest(li)).status_code == 302
    assert fen_on(books, *OWN) == [4500, 5000, -5000]
    page = wang.get(file_in(wang)).get_data(as_text=True)
    assert "已花掉" in page
    assert "冲正" in page
    assert undo(wang).location == "/proposals"
    assert approve(li, newest(li)).status_code != 302, "there is nothing left to undo"
    assert cells_of(look(wang, csv_of("2026-11-17,,陈女士,10,1,")).get_data(as_text=True)) == ["B3"]
    approve(li, propose(wang, csv_of(GOOD[1])))
    assert fen_on(books, *OWN) == [4500, 125_050, -125_050], "what was undone may come again"
    with snapshot(books.office.engine) as connection:
        assert list(verify(connection, 1, books.office.offered.derived)) == []


def test_nobody_tops_up_or_sees_people_of_another_site(stocked_books):
    books = stocked_books
    wang, li = somebody(books, "wang"), somebody(books, "li")
    approve(li, propose(wang, csv_of(*GOOD)))
    with writing(books.office.engine) as connection:
        areas.keep(connection, 1, Division("east", Level.ESTATE, "东苑"))
        areas.hang(connection, 1, HERE, "east")
    books.hire("east", PASSWORD, [Post(Role.ACCOUNTANT, "east")])
    east = books.browser()
    east.log_in("east")
    assert east.get(file_in(wang)).status_code == 404
    looked = look(east, csv_of("2026-11-16,T-7,李测试,5,2,")).get_data(as_text=True)
    assert cells_of(looked) == ["E3"]
    assert "李测试</a>" not in looked
    form = {**walker(east).form, "file": "x", "lines": '[["T-7",2,500,"",""]]'}
    assert east.post("/topups/propose", form).status_code == 400


def test_a_kiosk_sees_the_money_with_its_next_page(tmp_path):
    with open_world(tmp_path / "office", "") as office:
        office.resident(1, opening_fen=1000)
        kiosk = Kiosk(tmp_path / "kiosk", office)
        kiosk.pull_all()
        asked = BookBankFile(batch="b", file="f.csv", lines=(TopUpLine("T-1", 1, 2500, "", ""),))
        with writing(office.office.engine) as connection:
            BOOK_BANK_FILE.carry_out(Approved(connection, 1, office.office.now_ms(), "wang", "li"), asked)
        kiosk.pull_all()
        assert office.balance_fen(own_money(1)) == 3500
        grant = kiosk.catalogue.grant(own_money(1))
        assert grant is not None
        assert (grant.granted, grant.balance) == (3500, 3500)
        with reading(office.office.engine) as connection:
            assert free_fen(connection, 1, [1]) == {1: 0}, "all of it is at the kiosk"
        kiosk.close()
