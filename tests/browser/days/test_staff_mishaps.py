"""What goes wrong on a real day, at a real counter: cables, screens, restarts, and a queue that does not end.

`TAPS=200` lays down as many cards as come in the ten worst minutes of a canteen; fewer do in an ordinary run.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.faults import Fault
from sync.demo.people import ELDERS, uid_of
from tests.browser.hands import in_books, on_keys, open_shift
from tests.browser.line import line
from tests.browser.real import Place, open_staff, place, running, sign_in
from tests.ports import free_port
from tests.stories.town import Station, devices, employed_office, until

TAPS = int(os.environ.get("TAPS", "60"))
CALM = "window.sameStart = true"  # gone after a reload
SHOWN = 12  # rows of the last acts


# In one go: the header is drawn anew while one looks.
HEADER_BOX_JS = "() => document.querySelector('.bar').getBoundingClientRect().toJSON()"


def test_a_reader_that_is_unplugged_is_said_with_what_to_do_and_lunch_goes_on(
    tmp_path: Path, page: Page
) -> None:
    with place(tmp_path) as canteen:
        open_staff(page, canteen)
        chip = page.locator(".chip")
        expect(chip).to_contain_text("一切正常")
        box = page.evaluate(HEADER_BOX_JS)
        canteen.hardware.reader.fault(Fault.UNPLUGGED)
        expect(chip).to_contain_text("读卡器")
        assert page.evaluate(HEADER_BOX_JS) == box, "the header jumps"
        chip.click()
        card = page.locator(".panel .trouble").first
        expect(card).to_contain_text("能不能继续打饭？ 能。")
        expect(card.locator("li").first).to_be_visible()
        page.locator("[data-close]").click()
        resident = canteen.kiosk.counter().catalogue.resident(1003)
        assert resident is not None
        page.get_by_role("button", name="没带卡").click()
        on_keys(page, "typed", resident.phone_tail)
        page.locator(".found", has_text=resident.name).click()
        until("served", lambda: canteen.kiosk.board.recent and canteen.kiosk.board.recent[0].code == "served")
        canteen.hardware.reader.recover()
        expect(chip).to_contain_text("一切正常")
        canteen.tap(canteen.card(1006))
        assert canteen.kiosk.board.recent[0].code == "served"


def test_two_screens_follow_each_other(browser: Browser, canteen: Place, page: Page) -> None:
    other = browser.new_page()
    open_staff(page, canteen)
    open_staff(other, canteen)
    before_fen = in_books(canteen, 1012)
    canteen.tap(canteen.card(1012))
    for screen in (page, other):
        expect(screen.locator(".verdict")).to_be_visible()
    other.get_by_role("button", name="带走", exact=True).click()
    expect(page.get_by_role("button", name="带走", exact=True)).to_have_attribute("aria-pressed", "true")
    other.get_by_role("button", name="撤销这笔").click()
    for screen in (page, other):
        expect(screen.locator(".headline")).to_contain_text("退回")
    assert in_books(canteen, 1012) == before_fen
    other.close()


def test_two_hands_on_two_screens_take_one_thing_back_once(
    browser: Browser, canteen: Place, page: Page
) -> None:
    other = browser.new_page()
    open_staff(page, canteen)
    open_staff(other, canteen)
    before_fen = in_books(canteen, 1015)
    canteen.tap(canteen.card(1015))
    for screen in (page, other):
        screen.locator("aside .row").first.click()
    for screen in (page, other):
        screen.get_by_role("button", name="整笔撤销").click()
        expect(screen.locator("[data-panel]")).to_be_hidden()
    assert {each.code for each in canteen.kiosk.board.recent[:2]} == {"undone", "nothing_to_give_back"}
    assert in_books(canteen, 1015) == before_fen
    other.close()


def test_a_stream_that_is_cut_misses_no_answer(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    with line(canteen.port) as cable:
        page.goto(f"http://127.0.0.1:{cable.port}/staff")
        page.locator("body[data-live]").wait_for()
        page.evaluate(CALM)
        cable.cut()
        expect(page.locator("[data-lost]")).to_be_visible()
        for number in (1021, 1024):
            canteen.tap(canteen.card(number))
        cable.mend()
        expect(page.locator("[data-lost]")).to_be_hidden()
        names = [each.person.name for each in canteen.kiosk.board.recent[:2] if each.person]
        for row, name in zip(page.locator("aside .row").all(), names, strict=False):
            expect(row).to_contain_text(name)
        expect(page.locator(".about h2")).to_contain_text(names[0])
        assert page.evaluate("window.sameStart") is True
        page.close()


def test_a_top_up_survives_a_restart_in_the_middle_and_counts_once(tmp_path: Path, page: Page) -> None:
    with devices(tmp_path) as hardware:
        office = employed_office(tmp_path)
        with office.open():
            station = Station(tmp_path / "front", office, hardware)
            station.sync("once")
            port = free_port()
            with running(office, station, hardware, port) as canteen:
                open_staff(page, canteen)
                open_shift(page, canteen, "100")
                canteen.tap(canteen.card(1003))
                page.get_by_role("button", name="充值", exact=True).click()
                on_keys(page, "yuan", "50")
                request_id = page.locator(".panel [data-act]").get_attribute("data-request-id")
            page.locator("[data-lost]").wait_for()
            with running(office, station, hardware, port) as canteen:
                expect(page.locator("[data-lost]")).to_be_hidden()
                expect(page.get_by_role("heading", name="还没有人登录")).to_be_visible()
                sign_in(page)
                expect(page.locator("[name=yuan]")).to_have_value("50")
                before_fen = in_books(canteen, 1003)
                page.route("**/till/top-up", lambda route: (route.fetch(), route.abort()), times=1)
                button = page.get_by_role("button", name="收钱，充值")
                button.click()  # it arrives, and the answer is lost
                expect(page.locator(".panel .failed")).to_be_visible()
                button.click()
                expect(page.locator("[data-panel]")).to_be_hidden()
                assert request_id
                assert [each.code for each in canteen.kiosk.board.recent].count("topped_up") == 1
                assert in_books(canteen, 1003) == before_fen + 5000


def test_a_queue_that_does_not_end_is_answered_card_by_card_on_both_screens(
    browser: Browser, canteen: Place, page: Page
) -> None:
    """No answer is missed, no page reloads, and the pages do not grow."""
    display = browser.new_page()
    open_staff(page, canteen)
    display.goto(canteen.url("/display"))
    display.locator("body[data-live]").wait_for()
    for screen in (page, display):
        screen.evaluate(CALM)
    nodes = []
    for number in range(TAPS):
        card = queue_card(number)
        canteen.tap(card)
        newest = canteen.kiosk.board.recent[0]
        row = page.locator("aside .row").first
        expect(row).to_contain_text(newest.person.name if newest.person else "")
        who = display.locator(".who" if newest.person else ".site")
        expect(who).to_contain_text(newest.person.name if newest.person else "食堂")
        if number >= SHOWN:
            nodes.append([screen.evaluate(NODES_JS) for screen in (page, display)])
    for screen, counts in zip((page, display), zip(*nodes, strict=True), strict=True):
        assert max(counts) < 600 and max(counts[-10:]) <= 1.2 * max(counts[:10])
        assert screen.evaluate("window.sameStart") is True
    display.close()


NODES_JS = "document.getElementsByTagName('*').length"


def queue_card(number: int) -> CardSpec:
    """The elders one after the other, again and again: who has eaten is told so, which is an answer too."""
    return CardSpec(CardKind.NTAG215, uid_of(1001 + number % ELDERS))


def test_the_books_agree_after_all_that(canteen: Place) -> None:
    canteen.sync()
    canteen.kiosk.look()
    assert canteen.kiosk.board.standing.unsent == 0
    meals = canteen.office.meals()
    assert meals["proof"]["holds"]
    assert meals["total"]["portions"] == canteen.kiosk.board.standing.served
