"""Take-away and volunteers at a real counter, to the office's report."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from kiosk.ledger.accounts import programme
from tests.browser.hands import open_shift, press
from tests.browser.looking import SCREENS, look_closely
from tests.browser.real import Place, open_staff
from tests.stories.town import until

pytestmark = SCREENS


def claimed_fen(canteen: Place) -> int:
    canteen.sync()
    claims = canteen.office.meals()["total"]["claims"]
    return sum(each["fen"] for each in claims if each["programme"] == "volunteers")


def test_a_portion_is_marked_as_taken_away_with_one_touch_on_every_screen(
    browser: Browser, canteen: Place, page: Page
) -> None:
    open_staff(page, canteen)
    open_shift(page, canteen, "100")
    canteen.tap(canteen.card(1003))
    display = browser.new_page()
    display.goto(canteen.url("/display"))
    expect(display.locator("[data-digits]")).to_be_visible()
    take_away = page.get_by_role("button", name="带走", exact=True)
    take_away.click()
    expect(take_away).to_have_attribute("aria-pressed", "true")
    expect(page.locator("aside .row").first).to_contain_text("带走")
    expect(page.locator("aside .row")).to_have_count(1)
    page.get_by_role("button", name="交班").click()
    expect(page.locator(".takings")).to_contain_text("带走（份）1")
    page.locator("[data-close]").click()
    take_away.click()
    expect(take_away).to_have_attribute("aria-pressed", "false")
    display.close()


def test_a_volunteer_without_a_card_is_fed_by_number_and_the_programme_pays(
    canteen: Place, page: Page
) -> None:
    open_staff(page, canteen)
    before_fen = claimed_fen(canteen)
    page.get_by_role("button", name="访客").click()
    page.get_by_role("button", name="志工餐").click()
    press(page, "023")
    faults = look_closely(page, "volunteer")
    page.get_by_role("button", name="打一份志工餐").click()
    until("fed", lambda: canteen.kiosk.board.recent[0].code == "volunteer_fed")
    price_fen = canteen.kiosk.board.recent[0].result.price_fen
    expect(page.locator("aside .row").first).to_contain_text("023")
    faults += look_closely(page, "volunteer fed")
    assert not faults, "\n".join(faults)
    assert claimed_fen(canteen) == before_fen + price_fen
    assert canteen.office.balance_fen(programme("volunteers")) == -claimed_fen(canteen)
    page.get_by_role("button", name="撤销这笔").click()
    until("taken back", lambda: canteen.kiosk.board.recent[0].code == "undone")
    assert claimed_fen(canteen) == before_fen
