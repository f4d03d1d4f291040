"""A book goes home at a counter and is back after a tap: the office's page and report say so."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from kiosk.ledger.accounts import own_money
from kiosk.services.till.actions import Till
from tests.services.lending_library.actions import Library
from tests.services.lending_library.at_office.commands import books as report
from tests.services.lending_library.at_office.service import LIBRARY as AT_OFFICE
from tests.services.lending_library.service import LIBRARY
from tests.services.test_left_out import WHO
from tests.services.town import Counter, office_with, reported

BOOK = "red_chamber"


def test_from_a_touch_and_a_tap_to_the_page_and_the_report(tmp_path: Path) -> None:
    with (
        office_with(tmp_path / "office", AT_OFFICE) as (books, office),
        closing(Counter(tmp_path / "kiosk", office, LIBRARY)) as counter,
    ):
        books.hire()
        clerk = books.browser()
        clerk.log_in()
        counter.kiosk.desk.act(lambda here: here[Library].lend(WHO, BOOK, "touch"))
        counter.push()
        page = clerk.get("/books").get_data(as_text=True)
        assert (f"<td>{BOOK}</td>" in page, 'href="/books" aria-current="page"' in page) == (True, True)
        assert reported(tmp_path / "office", report, AT_OFFICE) == f"{WHO} {BOOK}\n"

        counter.time.advance(hours=3)
        assert counter.tap() == "book_back"
        counter.push()
        assert BOOK not in clerk.get("/books").get_data(as_text=True)
        slip = counter.kiosk.desk.act(lambda here: here[Library].lend(WHO, BOOK, "a slip"))
        undone = counter.kiosk.desk.act(lambda here: here[Till].undo(slip.receipt, "undo"))
        assert undone.code == "undone"
        counter.push()
        assert reported(tmp_path / "office", report, AT_OFFICE) == ""
        assert office.reviews() == []
        assert office.discrepancies() == []
        assert office.balance_fen(own_money(WHO)) == 10_000, "no money moves"


def test_an_office_without_it_keeps_what_it_cannot_read(tmp_path: Path) -> None:
    with (
        office_with(tmp_path / "office") as (_, office),
        closing(Counter(tmp_path / "kiosk", office, LIBRARY)) as counter,
    ):
        counter.kiosk.desk.act(lambda here: here[Library].lend(WHO, BOOK, "touch"))
        counter.push()
        assert [each.code for each in office.reviews()] == ["unknown_kind"]
        assert office.discrepancies() == []
