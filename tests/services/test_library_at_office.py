"""A book goes home at a counter and is back after a tap: the office's page and report say so."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.ledger.accounts import own_money
from kiosk.services.contract import sections
from kiosk.services.till.actions import Till
from kiosk.settings import SettingsError, load
from sync.demo import population
from sync.office.services.listed import SERVICES as LISTED
from tests.office.books import TODAY, open_books
from tests.services.lending_library.actions import Library
from tests.services.lending_library.at_office.commands import books as report
from tests.services.lending_library.at_office.demo import BOOKS as SHELF
from tests.services.lending_library.at_office.demo import READER
from tests.services.lending_library.at_office.service import LIBRARY as AT_OFFICE
from tests.services.lending_library.service import LIBRARY
from tests.services.test_left_out import WHO
from tests.services.town import Counter, office_with, reported
from tests.sync.world import OfficeWorld, served

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


def test_it_brings_its_own_item_people_and_settings(tmp_path: Path) -> None:
    keys, listed = population.load_secrets(tmp_path), (*LISTED, AT_OFFICE)
    with open_books(tmp_path / "office", services=listed) as books, served(books.app) as url:
        books.import_(json.loads(population.import_file(TODAY, keys, services=listed)))
        office = OfficeWorld(books.office, url)
        assert READER in {each.resident_id for each in population.tray(TODAY, keys, (AT_OFFICE,))}
        with closing(
            Counter(tmp_path / "kiosk", office, LIBRARY, sections="[library]\nmost_books = 1\n")
        ) as counter:
            page = counter.kiosk.web.test_client().get(f"/library/of/{READER}?lang=en").get_data(as_text=True)
            assert all(each in page for each in SHELF) and BOOK not in page

            def lend(book: str) -> str:
                return counter.kiosk.desk.act(lambda here: here[Library].lend(READER, book, book)).code

            assert [lend(SHELF[0]), lend(SHELF[1])] == ["book_lent", "too_many_books"]
            counter.push()
            assert reported(tmp_path / "office", report, AT_OFFICE) == f"{READER} {SHELF[0]}\n"


def test_what_is_wrong_in_its_section_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text('[kiosk]\nname = "k"\nsite = "s"\n[store]\nfolder = "f"\n[library]\nmost_boks = 1\n')
    with pytest.raises(
        SettingsError, match=r"toml:7: library.most_boks: no such key; allowed here: most_books"
    ):
        load(path, sections((LIBRARY,)))
    with pytest.raises(SettingsError, match="library: no such key"):
        load(path)
    assert load(path, None).kiosk.name == "k", "to the sync process it is no matter"


def test_an_office_without_it_keeps_what_it_cannot_read(tmp_path: Path) -> None:
    with (
        office_with(tmp_path / "office") as (_, office),
        closing(Counter(tmp_path / "kiosk", office, LIBRARY)) as counter,
    ):
        counter.kiosk.desk.act(lambda here: here[Library].lend(WHO, BOOK, "touch"))
        counter.push()
        assert [each.code for each in office.reviews()] == ["unknown_kind"]
        assert office.discrepancies() == []
