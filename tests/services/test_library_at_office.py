"""A book goes home at a counter and is back after a tap: the office's page and report say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import own_money
from kiosk.services.listed import SERVICES as AT_KIOSKS
from kiosk.settings import KioskSection, Settings, StoreSection
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.office.commands.opening import Desk
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES as AT_OFFICE
from sync.wire.transport import Transport
from tests.factories import SITE, TestTime, card, resident, site, tariff
from tests.office.books import Books, open_books
from tests.services.lending_library.actions import Library
from tests.services.lending_library.at_office.commands import books as report
from tests.services.lending_library.at_office.service import LIBRARY as LIBRARY_AT_OFFICE
from tests.services.lending_library.service import LIBRARY
from tests.services.test_left_out import TAP, WHO, close
from tests.sync.world import OfficeWorld, served

BOOK = "red_chamber"
LISTED = (*AT_OFFICE, LIBRARY_AT_OFFICE)  # the one line


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with open_books(tmp_path / "office", services=LISTED) as made:
        yield made


@pytest.fixture
def office(books: Books) -> Iterator[OfficeWorld]:
    with served(books.app) as url:
        world = OfficeWorld(books.office, url)
        world.publish(Kind.SITE, SITE, site())
        for rule in tariff():
            world.publish(Kind.TARIFF, rule.id, rule)
        world.publish(Kind.RESIDENT, str(WHO), resident(WHO))
        world.publish(Kind.CARD, card(WHO).token, card(WHO))
        world.enter("opening", own_money(WHO), 10_000)
        yield world


class Counter:
    """A kiosk that lists the library, and its sync process."""

    def __init__(self, folder: Path, office: OfficeWorld) -> None:
        folder.mkdir()
        enrol(folder, office.url, office.code("kiosk", SITE))
        self._agent, self._transport = Agent(folder), Transport(office.url)
        self._agent.pull_all(self._transport, lambda *_: None)
        store = StoreSection(folder=folder, voice=folder)
        settings = Settings(kiosk=KioskSection(name="kiosk", site=SITE), store=store)
        self.time = TestTime()
        self.kiosk: Kiosk = create_app(settings, lambda *_: [], self.time.source(), (*AT_KIOSKS, LIBRARY))
        self.kiosk.look()

    def tap(self) -> str:
        self.kiosk.taps.handle(TAP)
        return self.kiosk.board.recent[0].code

    def push(self) -> None:
        self._agent.push_all(self._transport, lambda *_: None)

    def close(self) -> None:
        self._transport.close()
        self._agent.close()
        close(self.kiosk)


@pytest.fixture
def counter(tmp_path: Path, office: OfficeWorld) -> Iterator[Counter]:
    made = Counter(tmp_path / "kiosk", office)
    yield made
    made.close()


def reported(tmp_path: Path) -> str:
    config = tmp_path / "office.toml"
    config.write_text(f'[office]\ndata = "{tmp_path / "office"}"\n')
    desk = Desk(config, offered(LISTED))
    try:
        return CliRunner().invoke(report, obj=desk, catch_exceptions=False).output
    finally:
        desk.close()


def test_from_a_touch_and_a_tap_to_the_page_and_the_report(
    tmp_path: Path, books: Books, office: OfficeWorld, counter: Counter
) -> None:
    books.hire()
    clerk = books.browser()
    clerk.log_in()
    counter.kiosk.desk.act(lambda here: here[Library].lend(WHO, BOOK, "touch"))
    counter.push()
    page = clerk.get("/books").get_data(as_text=True)
    assert (f"<td>{BOOK}</td>" in page, 'href="/books" aria-current="page"' in page) == (True, True)
    assert reported(tmp_path) == f"{WHO} {BOOK}\n"

    counter.time.advance(hours=3)
    assert counter.tap() == "book_back"
    counter.push()
    assert BOOK not in clerk.get("/books").get_data(as_text=True)
    assert reported(tmp_path) == ""
    assert office.reviews() == []
    assert office.discrepancies() == []
    assert office.balance_fen(own_money(WHO)) == 10_000, "no money moves"


def test_an_office_without_it_keeps_what_it_cannot_read(tmp_path: Path) -> None:
    with open_books(tmp_path / "office") as made, served(made.app) as url:
        world = OfficeWorld(made.office, url)
        for kind, key, value in ((Kind.SITE, SITE, site()), (Kind.RESIDENT, str(WHO), resident(WHO))):
            world.publish(kind, key, value)
        counter = Counter(tmp_path / "kiosk", world)
        counter.kiosk.desk.act(lambda here: here[Library].lend(WHO, BOOK, "touch"))
        counter.push()
        counter.close()
        assert [each.code for each in world.reviews()] == ["unknown_kind"]
        assert world.discrepancies() == []
