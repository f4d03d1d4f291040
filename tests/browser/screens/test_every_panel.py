"""Every panel of the staff at every size, in both languages and in longer words, and by keyboard alone.

`PICTURES=FOLDER` keeps pictures of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from kiosk.web.events.staff import RECENT_SHOWN
from tests.browser.longer import WORDS
from tests.browser.looking import SIZES, keep_picture, look, look_with_axe
from tests.browser.panels import close_panel, every_panel, named, open_panel
from tests.browser.real import Place, open_staff
from tests.browser.states import fresh, outcomes, served
from tests.tiers import in_both

AXE = ("zh", "en")  # of longer words it says the same


@pytest.fixture(scope="module")
def panels(canteen: Place) -> list[str]:
    return every_panel(canteen)


@in_both("words", fast=["zh", "en-longer"], deep=["en", "zh-longer"])
def test_every_panel_can_be_read_and_touched_at_every_size(
    canteen: Place, panels: list[str], page: Page, words: str
) -> None:
    language = words.partition("-")[0]
    faults = []
    with WORDS[words]():
        open_staff(page, canteen)
        page.goto(canteen.url(f"/staff?lang={language}"))
        page.locator("body[data-live]").wait_for()
        for url in panels:
            open_panel(page, url, language)
            faults += looked_at(page, f"{named(url)}-{words}", words)
            close_panel(page)
    assert not faults, "\n".join(faults)


def looked_at(page: Page, name: str, words: str) -> Iterator[str]:
    """What breaks a rule. In Chinese, as it is, nothing needs to be scrolled for."""
    may_scroll = words != "zh" or name.startswith("troubles")
    for size in SIZES:
        page.set_viewport_size(size.viewport)
        keep_picture(page, name)
        yield from look(page, name, may_scroll=may_scroll)
    if words in AXE:
        yield from look_with_axe(page, name)


def test_every_panel_is_worked_by_keyboard_alone(canteen: Place, panels: list[str], page: Page) -> None:
    open_staff(page, canteen)
    faults = []
    for url in panels:
        open_panel(page, url, "zh")
        wanted = page.evaluate(FOCUSABLE_JS)
        page.evaluate("document.activeElement.blur()")
        page.locator(".panel header").evaluate("node => { node.tabIndex = -1; node.focus(); }")
        reached = []
        for _ in wanted:
            page.keyboard.press("Tab")
            reached.append(page.evaluate(FOCUSED_JS))
        if [each["name"] for each in reached] != wanted:
            faults.append(f"{url}: the keys reach {reached}, in place of {wanted}")
        faults += [f"{url}: nobody sees the focus on {each['name']}" for each in reached if not each["seen"]]
        page.keyboard.press("Escape")
        expect(page.locator("[data-panel]")).to_be_hidden()
    assert not faults, "\n".join(faults)


# What can have the focus in a panel, in the order of reading; of the choices of one question only one can.
FOCUSABLE_JS = """() => {
  const groups = new Set();
  return [...document.querySelectorAll(".panel button, .panel input, .panel a")].filter((node) => {
    if (!node.checkVisibility({ visibilityProperty: true }) || node.disabled) return false;
    if (node.type !== "radio") return true;
    const chosen = node.form.querySelector(`[name="${node.name}"]:checked`);
    const first = !groups.has(node.name);
    groups.add(node.name);
    return chosen ? node === chosen : first;
  }).map((node) => node.outerHTML.slice(0, 120));
}"""
FOCUSED_JS = """() => {
  const node = document.activeElement;
  const shown = node.type === "radio" ? node.parentElement : node;
  const style = getComputedStyle(shown);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return { name: node.outerHTML.slice(0, 120), seen };
}"""


def test_the_focus_goes_into_a_panel_and_back_to_the_button_that_opened_it(
    canteen: Place, page: Page
) -> None:
    open_staff(page, canteen)
    opener = page.locator(".jobs").get_by_role("button", name="交班")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel :focus")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_newest_rows_stay_in_sight_wherever_the_focus_goes_back_to(canteen: Place, page: Page) -> None:
    """The button that opened a panel gets the focus back, also where it has fallen out of sight by then."""
    open_staff(page, canteen)
    canteen.tap(canteen.card(1036))
    page.locator("aside .row").first.click()
    expect(page.locator(".panel")).to_be_visible()
    for _ in range(RECENT_SHOWN - 2):
        canteen.kiosk.board.show(fresh(served()))
    canteen.kiosk.board.show(fresh(outcomes()["topped_up"]))
    expect(page.locator(".notice")).to_contain_text("充值")
    page.keyboard.press("Escape")
    rows = page.locator("aside .row")
    expect(rows.nth(RECENT_SHOWN - 1)).to_be_focused()
    expect(rows.first).to_be_in_viewport(ratio=1)


def test_nothing_moves_for_those_who_ask_for_no_motion(canteen: Place, panels: list[str], page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_staff(page, canteen)
    for url in panels:
        open_panel(page, url, "zh")
        assert page.evaluate("document.getAnimations().length") == 0
        box = page.locator(".panel > header [data-close]").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        assert page.locator(".panel > header [data-close]").bounding_box() == box
        page.mouse.up()
