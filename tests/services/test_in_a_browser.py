"""One day, one kiosk, one browser: a coffee, a book and an hour, from the tap to the office's report."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import own_money, revenue
from kiosk.settings import OutletSection
from kiosk.web.serving import Server
from tests.browser.hands import press
from tests.browser.looking import USUAL, keep_picture, look
from tests.factories import SITE, resident
from tests.office.books import CLERK, PASSWORD, Books
from tests.services.coffee_machine.at_office.commands import cups
from tests.services.coffee_machine.at_office.service import COFFEE as COFFEE_AT_OFFICE
from tests.services.coffee_machine.device import CoffeeMachine
from tests.services.coffee_machine.service import COFFEE
from tests.services.coffee_machine.simulator import CoffeeSimulator
from tests.services.lending_library.at_office.commands import books as lent
from tests.services.lending_library.at_office.service import LIBRARY as LIBRARY_AT_OFFICE
from tests.services.lending_library.service import LIBRARY
from tests.services.test_left_out import WHO
from tests.services.time_purse.at_office.commands import minutes
from tests.services.time_purse.at_office.service import TIME_PURSE as TIME_PURSE_AT_OFFICE
from tests.services.time_purse.service import TIME_PURSE
from tests.services.town import Counter, office_with, reported
from tests.sync.world import OfficeWorld, eventually

AT_OFFICE = (LIBRARY_AT_OFFICE, TIME_PURSE_AT_OFFICE, COFFEE_AT_OFFICE)
AT_KIOSK = (LIBRARY, TIME_PURSE, COFFEE)
PHONE_TAIL = "8001"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=USUAL.viewport)
    yield page
    page.close()


@contextmanager
def screens_of(counter: Counter) -> Iterator[str]:
    """The URL of a kiosk's screens."""
    server = Server(counter.kiosk.web, "127.0.0.1", 0)
    web = threading.Thread(target=server.run, name="web")
    web.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.close()
        web.join()


def open_panel(page: Page, name: str) -> None:
    """Somebody is looked for in a service's own panel."""
    page.locator(".jobs").get_by_role("button", name=name).click()
    panel = page.locator("[data-panel]")
    panel.get_by_role("heading", name=name).wait_for()
    keep_picture(page, f"panel of {name}")
    assert look(page, name) == []
    panel.locator("[data-open*='/find/']").click()
    press(page, PHONE_TAIL)
    page.locator(".found", has_text=str(WHO)).click()


def read(page: Page, office: OfficeWorld, path: str) -> str:
    """A page of the office, as a clerk sees it."""
    page.goto(office.url + path)
    keep_picture(page, f"office {path[1:]}")
    return page.locator("main").inner_text()


def log_in(page: Page, books: Books, office: OfficeWorld) -> None:
    books.hire()
    page.goto(f"{office.url}/login")
    page.fill("#username", CLERK)
    page.fill("#password", PASSWORD)
    page.click("button.main")


def test_a_coffee_a_book_and_an_hour(tmp_path: Path, page: Page) -> None:
    folder = tmp_path / "office"
    with office_with(folder, *AT_OFFICE) as (books, office), CoffeeSimulator(tmp_path / "coffee") as machine:
        office.publish(Kind.RESIDENT, str(WHO), resident(WHO, phone_tail=PHONE_TAIL))
        outlets = (OutletSection(driver="coffee", port=machine.path),)
        with (
            closing(Counter(tmp_path / "kiosk", office, *AT_KIOSK, outlets=outlets)) as counter,
            screens_of(counter) as url,
        ):
            page.goto(f"{url}/staff?lang=en")
            assert eventually(lambda: counter.kiosk.counter()[CoffeeMachine].ready)
            counter.time.advance(hours=2)
            assert counter.tap() == "coffee_coming"
            expect(page.locator("body")).to_contain_text("The coffee is coming")
            assert eventually(lambda: bool(machine.brewing))
            machine.finish()
            expect(page.locator("body")).to_contain_text("Enjoy")
            keep_picture(page, "coffee paid")

            open_panel(page, "Books")
            page.get_by_role("button", name="red_chamber").click()
            expect(page.locator("body")).to_contain_text("Good reading")
            open_panel(page, "Time")
            page.get_by_role("button", name="An hour given").click()
            expect(page.locator("body")).to_contain_text("60 minutes given.")
            counter.push()
            log_in(page, books, office)
            assert "red_chamber" in read(page, office, "/books")
            assert "6.00" in read(page, office, "/cups")

            page.goto(f"{url}/staff?lang=en")
            counter.time.advance(hours=1)
            assert counter.tap() == "book_back"
            expect(page.locator("body")).to_contain_text("Thank you")
            counter.time.advance(hours=1)
            assert counter.tap() == "time_spent"
            expect(page.locator("body")).to_contain_text("With pleasure")
            keep_picture(page, "time spent")
            counter.push()
            assert "red_chamber" not in read(page, office, "/books")
            assert "35" in read(page, office, "/minutes")
        assert [reported(folder, each, *AT_OFFICE) for each in (lent, minutes, cups)] == [
            "",
            f"{WHO} 35\n",
            f"{SITE} 1 600\n",
        ]
        assert (office.balance_fen(own_money(WHO)), office.balance_fen(revenue("coffee", SITE))) == (
            9400,
            600,
        )
        assert office.reviews() == []
        assert office.discrepancies() == []
