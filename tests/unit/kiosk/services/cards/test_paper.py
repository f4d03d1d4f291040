"""A card on paper: what stands on it, when it can be printed, and why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from drivers.slip import Code, Line, Slip
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.outcomes import person_of
from kiosk.front.printing.paper import Printing
from kiosk.people import codes
from kiosk.people.cards import CardPersonalisation
from kiosk.services.cards.actions import Cards
from kiosk.services.cards.paper.slip import paper_card
from tests.factories import World, resident

RECORD = b"signed by the office"


class Roll:
    """Keeps what was printed."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def print(self, slip: Slip) -> None:
        self.slips.append(slip)


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    world.add(resident())
    made = create_app(world.settings(), lambda *_: [], world.time.source())
    made.look()
    made.taps.start()
    made.web.config["WTF_CSRF_ENABLED"] = False
    yield made
    made._looker.start()
    made.stop()


@pytest.fixture
def browser(kiosk: Kiosk) -> FlaskClient:
    return kiosk.web.test_client()


def make(browser: FlaskClient) -> TestResponse:
    return browser.post("/cards/paper/issue", data={"resident_id": "1001", "request_id": "r" * 32})


def sign(world: World, kiosk: Kiosk) -> None:
    """The office has heard of it, and its signature has come."""
    held = kiosk.counter()[Cards].paper_of(1001)
    assert held is not None
    world.publish(
        Kind.PERSONALISATION, {held[0].token: CardPersonalisation(token=held[0].token, record=RECORD)}
    )


def print_(browser: FlaskClient) -> None:
    assert browser.post("/cards/paper/print", data={"resident_id": "1001"}).status_code == 204


def test_name_site_code_and_advice_stand_on_the_card() -> None:
    person = person_of(resident(), date(2026, 11, 23))
    slip = paper_card(person, "长者食堂", "NC1:CODE", ("打饭时把码对准扫码器。",))
    assert [each for each in slip if isinstance(each, Code)] == [Code("NC1:CODE")]
    lines = [each for each in slip if isinstance(each, Line)]
    assert [each.text for each in lines] == ["长者食堂", "测试1001 奶奶", "打饭时把码对准扫码器。"]
    assert [each.large for each in lines] == [False, True, False]


def test_it_is_made_awaited_signed_and_printed_as_often_as_one_likes(
    world: World, kiosk: Kiosk, browser: FlaskClient
) -> None:
    roll = Roll()
    kiosk.desk.printing = Printing(roll, lambda: True)
    assert make(browser).headers["X-Open"].startswith("/cards/paper/1001")
    assert make(browser).status_code == 200
    written = kiosk.counter().journal.head.seq
    assert browser.get("/cards/paper/1001?again=1").status_code == 204
    sign(world, kiosk)
    assert browser.get("/cards/paper/1001?again=1").status_code == 200
    for _ in range(2):
        print_(browser)
    assert [[each for each in slip if isinstance(each, Code)] for slip in roll.slips] == [
        [Code(codes.qr_text(RECORD))]
    ] * 2
    assert kiosk.board.recent[0].code == "paper_card_printed"
    assert kiosk.counter().journal.head.seq == written


def test_nothing_is_printed_before_the_office_has_signed(
    world: World, kiosk: Kiosk, browser: FlaskClient
) -> None:
    roll = Roll()
    kiosk.desk.printing = Printing(roll, lambda: True)
    make(browser)
    print_(browser)
    assert (roll.slips, kiosk.board.recent[0].code) == ([], "paper_not_signed")
    assert browser.get("/cards/paper/1001.svg").status_code == 404


def test_without_a_network_it_is_said_plainly(browser: FlaskClient) -> None:
    assert "现在没有网络" in browser.get("/cards/paper/1001").get_data(as_text=True)
    make(browser)
    page = browser.get("/cards/paper/1001").get_data(as_text=True)
    assert "办公室还没签好码" in page and "没带卡" in page


def test_without_a_printer_it_is_refused_by_name(world: World, kiosk: Kiosk, browser: FlaskClient) -> None:
    make(browser)
    sign(world, kiosk)
    assert "这里没有打印机" in browser.get("/cards/paper/1001").get_data(as_text=True)
    print_(browser)
    assert kiosk.board.recent[0].code == "no_printer"
