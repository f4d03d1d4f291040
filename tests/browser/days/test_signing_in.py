"""Signing in at the touchscreen: a badge that proves nothing, a lock that leaves nothing, another browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.common.outcomes import Outcome
from kiosk.services.cards.actions import Cards
from sync.demo.people import WORKERS, uid_of
from tests.browser.hands import on_keys
from tests.browser.looking import SIZES, keep_picture, look
from tests.browser.panels import open_panel
from tests.browser.real import Place, open_counter_screen, open_staff, sign_in

CHEN = next(each for each in WORKERS if each.id == "chen")
FORGED = CardSpec(CardKind.NTAG215, uid_of(CHEN.badge_number))


def test_a_forged_badge_opens_the_panel_and_only_the_pin_signs_in(canteen: Place, page: Page) -> None:
    open_counter_screen(page, canteen, "li")
    canteen.lay_badge(FORGED)
    expect(page.get_by_role("heading", name="当班")).to_contain_text("李阿姨")
    expect(page.get_by_label("陈站长")).to_be_checked()
    expect(page.get_by_role("status")).to_have_text("已按工作卡选好名字，请输密码。")
    on_keys(page, "pin", "000000")
    page.locator(".panel").get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert").filter(has_text="密码不对")).to_be_visible()
    expect(page.locator(".duty")).to_have_text("李阿姨")
    on_keys(page, "pin", CHEN.pin)
    page.locator(".panel").get_by_role("button", name="登录").click()
    expect(page.locator(".duty")).to_have_text("陈站长")
    expect(page.locator("[data-panel]")).to_be_hidden()


def test_a_badge_that_is_asked_for_a_pin_takes_nothing_from_what_was_typed(
    canteen: Place, page: Page
) -> None:
    open_counter_screen(page, canteen, "li")
    page.locator(".jobs").get_by_role("button", name="没带卡").click()
    on_keys(page, "typed", "2")
    canteen.lay_badge(FORGED)
    expect(page.get_by_label("陈站长")).to_be_checked()
    expect(page.locator("[name=pin]")).to_be_focused()
    on_keys(page, "pin", CHEN.pin)
    page.locator(".panel").get_by_role("button", name="登录").click()
    expect(page.locator("[name=typed]")).to_have_value("2")
    expect(page.locator(".duty")).to_have_text("陈站长")


def test_a_genuine_badge_signs_in_here_and_at_no_other_browser(
    browser: Browser, canteen: Place, page: Page
) -> None:
    with browser.new_context() as elsewhere:
        other = elsewhere.new_page()
        other.goto(canteen.url("/staff"))
        open_counter_screen(page, canteen, "li")
        canteen.badge("chen")
        expect(page.locator(".duty")).to_have_text("陈站长")
        expect(other.get_by_label("陈站长")).to_be_checked()  # there the PIN is asked for
        expect(other.locator(".duty")).to_have_count(0)
        assert other.request.get(canteen.url("/shift/")).status == 401


def test_a_badge_reported_lost_is_refused_with_a_sentence(canteen: Place, page: Page) -> None:
    open_counter_screen(page, canteen, "li")
    cards = canteen.kiosk.counter()[Cards]
    cards.report_lost(CHEN.badge, "the badge was left on a bus")
    try:
        canteen.badge("chen")
        expect(page.get_by_role("alert").filter(has_text="这张工作卡不能用了")).to_be_visible()
        expect(page.locator(".choice :checked")).to_have_count(0)
        expect(page.locator(".duty")).to_have_text("李阿姨")
    finally:
        cards.found(CHEN.badge, "the driver brought it")


AMOUNT = re.compile(r"(?<![0-9A-Za-z])73(?![0-9A-Za-z])")  # by itself: a token may have these digits too


def expect_nobody(page: Page, answer: Outcome) -> None:
    """Neither the resident nor any amount, on the screen or hidden in the page."""
    assert answer.person is not None
    expect(page.get_by_role("heading", name="还没有人登录")).to_be_visible()
    expect(page.locator("[data-panel]")).to_be_hidden()
    expect(page.locator("body")).not_to_contain_text("元")
    held = page.content()
    assert not [each for each in (answer.person.name, answer.person.building, "王师傅") if each in held]
    assert not AMOUNT.search(held)


def test_after_an_idle_time_no_name_and_no_amount_is_left_also_after_a_reload(
    canteen: Place, page: Page
) -> None:
    open_staff(page, canteen)
    answer = canteen.present(1054)
    page.get_by_role("button", name="充值", exact=True).click()
    on_keys(page, "yuan", "73")
    canteen.kiosk.duty.lock()
    expect_nobody(page, answer)
    page.reload()
    expect_nobody(page, answer)
    page.goto("about:blank")
    page.go_back()
    expect_nobody(page, answer)
    sign_in(page)
    expect(page.locator("[name=yuan]")).to_have_value("73")


def test_after_a_lock_by_hand_cards_are_answered_and_nobody_is_shown(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.get_by_role("button", name="换人").click()
    page.get_by_role("button", name="锁屏", exact=True).click()
    answer = canteen.present(1060)
    assert answer.code == "served"
    for _ in range(2):
        expect_nobody(page, answer)
        assert page.request.get(canteen.url("/photo/1001")).status == 401
        page.reload()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_said_of_a_badge_can_be_read_at_every_size(canteen: Place, page: Page, language: str) -> None:
    open_staff(page, canteen, "li")
    page.goto(canteen.url(f"/staff?lang={language}"))
    page.locator("body[data-live]").wait_for()
    faults = []
    for asked in ("staff=chen", "refused=card_blocked"):
        open_panel(page, f"/duty/?{asked}", language)
        for size in SIZES:
            page.set_viewport_size(size.viewport)
            keep_picture(page, f"badge-{asked.partition('=')[0]}-{language}")
            faults += look(page, asked, may_scroll=language != "zh")
    canteen.kiosk.duty.lock()
    page.get_by_role("heading", name={"zh": "还没有人登录", "en": "Nobody is signed in"}[language]).wait_for()
    for size in SIZES:
        page.set_viewport_size(size.viewport)
        keep_picture(page, f"locked-{language}")
        faults += look(page, "locked")
    assert not faults, "\n".join(faults)
