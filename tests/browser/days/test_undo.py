"""Taking back at a real counter: a slip is one touch, what is late is the supervisor's."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from kiosk.services.canteen.actions import Canteen
from kiosk.services.till.actions import Till
from kiosk.services.till.shifts import Shifts
from kiosk.web.words.money import yuan
from tests.browser.hands import in_books, open_shift
from tests.browser.looking import SCREENS, look_closely
from tests.browser.real import Place, open_counter_screen, open_staff
from tests.stories.town import until

pytestmark = SCREENS


def close_shift(canteen: Place) -> None:
    shifts = canteen.kiosk.counter()[Shifts]
    shifts.close(shifts.expected_fen(), (), "", f"close {shifts.last().number} in a story")


def newest(canteen: Place) -> str:
    return canteen.kiosk.board.recent[0].code


def test_the_newest_act_is_taken_back_with_one_touch_by_whoever_is_there(canteen: Place, page: Page) -> None:
    open_counter_screen(page, canteen, "li")
    open_shift(page, canteen, "100")
    before_fen = in_books(canteen, 1003)
    canteen.tap(canteen.card(1003))
    canteen.badge("wang")
    button = page.locator(".actions .undo")
    expect(button).not_to_contain_text("站长")
    button.click()
    until("taken back", lambda: newest(canteen) == "undone")
    assert in_books(canteen, 1003) == before_fen


def test_an_earlier_act_is_taken_back_from_the_list(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    open_shift(page, canteen, "100")
    before_fen = in_books(canteen, 1006)
    canteen.tap(canteen.card(1006))
    canteen.tap(canteen.card(1009))
    page.locator("aside .row").nth(1).click()
    expect(page.locator(".panel .said")).to_contain_text("10 元 · 午餐第一份")
    page.get_by_role("button", name="整笔撤销").click()
    until("taken back", lambda: newest(canteen) == "undone")
    assert in_books(canteen, 1006) == before_fen


def test_what_was_taken_back_is_struck_out_and_not_offered_again(canteen: Place, page: Page) -> None:
    """The first portion stands, and the elder is not told to tap for it."""
    open_staff(page, canteen)
    before_fen = in_books(canteen, 1015)
    canteen.tap(canteen.card(1015))
    canteen.kiosk.desk.act(lambda counter: counter[Canteen].second_portion(1015, "second in a story"))
    second_fen = canteen.kiosk.board.recent[0].result.own_fen
    newest_row = page.locator("aside .row").first  # a touch takes back what the screen shows
    expect(newest_row.locator("b")).to_have_text(yuan(second_fen))
    page.locator(".actions .undo").click()
    until("taken back", lambda: newest(canteen) == "undone")
    expect(page.locator(".notice")).to_contain_text("只撤销了第 2 份")
    rows = page.locator("aside .row")
    expect(rows.nth(0).locator("b")).to_have_text(f"−{yuan(second_fen)}")
    expect(rows.nth(1).locator("s").last).to_have_text(yuan(second_fen))
    expect(rows.nth(1)).to_contain_text("已撤销")
    expect(rows.nth(2).locator("s")).to_have_count(0)
    assert look_closely(page, "taken back") == []
    rows.nth(1).click()
    expect(page.locator(".panel")).to_contain_text("已撤销")
    expect(page.locator(".panel .undo")).to_have_count(0)
    expect(page.locator(".panel [name=yuan]")).to_have_count(0)
    assert look_closely(page, "taken back, opened") == []
    page.keyboard.press("Escape")
    canteen.tap(canteen.card(1015))
    assert newest(canteen) == "already_served"
    assert in_books(canteen, 1015) == before_fen - 1000


def test_after_the_close_out_the_supervisor_lays_the_badge_and_touches_again(
    canteen: Place, page: Page
) -> None:
    open_counter_screen(page, canteen)
    open_shift(page, canteen, "100")
    canteen.tap(canteen.card(1012))
    paid_fen = canteen.kiosk.board.recent[0].result.own_fen
    close_shift(canteen)
    before_fen = in_books(canteen, 1012)
    page.locator("aside .row").first.click()
    beforehand = page.locator(".panel .supervisor")
    expect(beforehand).to_contain_text("已经交班")
    undo = page.get_by_role("button", name="整笔撤销")
    undo.click()
    expect(beforehand).to_have_attribute("role", "alert")
    faults = look_closely(page, "supervisor")
    assert not faults, "\n".join(faults)
    assert newest(canteen) == "served", "the elder's screen was not troubled with it"
    canteen.badge("chen")
    undo.click()
    until("taken back", lambda: newest(canteen) == "undone")
    assert in_books(canteen, 1012) == before_fen + paid_fen


def test_cash_that_somebody_else_took_says_so_on_the_button(canteen: Place, page: Page) -> None:
    open_counter_screen(page, canteen, "li")
    open_shift(page, canteen, "100")
    canteen.kiosk.desk.act(lambda counter: counter[Till].top_up(1015, 2000, "cash in a story"), cash=True)
    button = page.locator(".actions .undo")
    expect(button).not_to_contain_text("站长")
    canteen.badge("wang")
    expect(button).to_contain_text("要站长点")
    button.click()
    expect(page.locator(".panel .supervisor")).to_contain_text("别人收的")
    assert newest(canteen) == "topped_up"
