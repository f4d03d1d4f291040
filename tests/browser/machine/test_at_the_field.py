"""What is missing or wrong is said at its field, in the page's language, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kiosk.services.till.actions import MOST_FEN
from kiosk.web.words.money import yuan
from tests.browser.hands import in_books, on_keys, open_shift
from tests.browser.looking import ROOMY, STORY_SIZES, look_closely
from tests.browser.panels import open_panel
from tests.browser.real import Place, open_counter_screen, open_staff

WORDS = {"zh": ("请输要充值多少。", "最多 5000 元"), "en": ("Type how much", "at most 5000 yuan")}


@pytest.mark.parametrize("language", WORDS)
def test_a_wrong_amount_is_said_at_the_field_and_keeps_form_and_person(
    canteen: Place, page: Page, language: str
) -> None:
    assert yuan(MOST_FEN) == "5000"
    missing, limit = WORDS[language]
    open_staff(page, canteen)
    open_shift(page, canteen, "100")
    before_fen = in_books(canteen, 1018)
    open_panel(page, "/till/top-up/1018", language)
    pay = page.locator(".panel .yes")
    field, said = page.locator("[name=yuan]"), page.locator("#wrong-yuan")
    pay.click()
    expect(said).to_contain_text(missing)
    expect(field).to_be_focused()
    sizes = STORY_SIZES if language == "zh" else ROOMY
    assert look_closely(page, f"missing, {language}", sizes) == []
    for typed, words in (("0", limit), ("5001", limit), ("1.2.3", "")):
        on_keys(page, "given", "1")
        on_keys(page, "yuan", typed)
        expect(said).to_be_hidden()
        with page.expect_response("**/till/top-up?*"):
            pay.click()
        expect(said).to_contain_text(words)
        expect(field).to_have_value(typed)
        expect(page.locator("[name=given]")).not_to_have_value("")
        expect(page.locator(".panel h2")).to_contain_text(
            canteen.kiosk.counter().catalogue.resident(1018).name
        )  # type: ignore[union-attr]
        field.fill("")
    on_keys(page, "yuan", "50")
    pay.click()
    expect(page.locator("[data-panel]")).to_be_hidden()
    assert in_books(canteen, 1018) == before_fen + 5000


def test_a_sign_in_without_a_name_or_a_pin_says_so(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.goto(canteen.url("/staff?lang=en"))
    open_panel(page, "/duty/", "en")
    page.locator(".panel .yes").click()
    expect(page.locator("#wrong-staff")).to_have_text("Choose who you are.")
    expect(page.locator("#wrong-pin")).to_have_text("Type the PIN.")
    assert look_closely(page, "nobody named", ROOMY) == []


def test_a_badge_answers_who_is_there(canteen: Place, page: Page) -> None:
    open_counter_screen(page, canteen, "li")
    canteen.kiosk.duty.lock()
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="谁当班？")).to_be_visible()
    canteen.badge("wang")
    expect(page.locator("[data-panel]")).to_be_hidden()
    expect(page.locator(".duty")).to_have_text("王师傅")


def test_a_diet_is_seen_beside_an_open_panel(canteen: Place, page: Page) -> None:
    resident = canteen.kiosk.counter().catalogue.resident(1015)
    assert resident is not None and resident.diet
    open_staff(page, canteen)
    page.get_by_role("button", name="访客").click()
    canteen.tap(canteen.card(1015))
    expect(page.locator(".tapped")).to_contain_text(resident.diet[0])
    assert look_closely(page, "diet beside a panel") == []
    page.keyboard.press("Escape")
    expect(page.locator(".tapped")).to_be_hidden()
    expect(page.locator(".person .diet")).to_contain_text(resident.diet[0])


def test_a_guest_gets_change_and_sees_the_total(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    open_shift(page, canteen, "100")
    served = canteen.kiosk.board.standing.served
    page.get_by_role("button", name="访客").click()
    page.get_by_role("button", name="钱已收").click()
    expect(page.locator(".panel .wrong")).to_be_visible()
    page.locator(".product").first.click()
    expect(page.locator(".panel .wrong")).to_be_hidden()
    for note in ("+10", "+10"):
        page.get_by_role("button", name=note, exact=True).click()
    expect(page.locator("[data-difference]")).to_have_text("5")
    assert look_closely(page, "guest with change") == []
    page.get_by_role("button", name="钱已收").click()
    expect(page.locator("[data-panel]")).to_be_hidden()
    expect(page.locator(".amounts")).to_contain_text("15")
    canteen.kiosk.look()
    assert canteen.kiosk.board.standing.served == served + 1
    page.goto(canteen.url("/display"))
    expect(page.locator("[data-digits]")).to_have_text("15")
    expect(page.locator(".facts")).to_contain_text("找零")
