"""A phone of 360 by 640 at a charging point: touches counted, every page looked at by axe, the kiosk real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from kiosk.common.clock import unix_ms
from kiosk.services.charging.codes import JOIN_WINDOW_S, JoinCode, TypedAt, find_typed, join_digits
from kiosk.services.charging.phone.coming import Coming
from kiosk.services.charging.records import Means
from tests.charging.point import MONEY_FEN, OTHER, WHO
from tests.factories import SITE
from tests.office.charging.test_phone_to_socket import SECRET, Town, open_town
from tests.office.pages.test_office_look import RULES

SCREEN = {"width": 360, "height": 640}
SMALL = """() => [...document.querySelectorAll("button, input:not([type=hidden]):not([type=radio]), .choice")]
    .filter(each => each.getBoundingClientRect().height < 60).map(each => each.outerHTML)"""
LETTERS = """() => Math.min(...[...document.querySelectorAll("body *")]
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(each => each.offsetParent !== null)
    .map(each => parseFloat(getComputedStyle(each).fontSize)))"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SCREEN, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert complaints == []


def joining_address(town: Town) -> str:
    """What the kiosk's display shows whoever tapped."""
    digits = join_digits(JoinCode(SITE, WHO, unix_ms() // 1000 // JOIN_WINDOW_S), SECRET)
    return f"{town.world.url}/c?site={SITE}&code={digits}"


def look(page: Page) -> None:
    """Readable by everybody, and nothing too small for a thumb or wider than the phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]
    assert page.evaluate(SMALL) == []
    assert page.evaluate(LETTERS) >= 16
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_start_and_stop_on_a_phone(town: Town, phone: Page) -> None:
    phone.goto(joining_address(town))
    look(phone)
    phone.get_by_role("button", name="绑定").click()
    phone.goto(f"{town.world.url}/c?site={SITE}&socket=A1")
    look(phone)
    town.point.plug(1)
    phone.get_by_role("button", name="开始充电").click()  # the one touch, with the least sum chosen
    phone.get_by_role("heading", name="正在开").wait_for()
    look(phone)
    town.sync()
    town.point.pass_by(5)
    town.sync()
    phone.get_by_role("button", name="停止充电").click()  # the page has looked again by itself
    phone.get_by_role("heading", name="正在停").wait_for()
    town.sync()
    town.point.pass_by(10)
    town.sync()
    phone.reload()
    phone.get_by_role("button", name="开始充电").wait_for()
    look(phone)
    (ended,) = town.point.ends()
    assert ended.reason == "stopped"
    town.agrees()


def test_a_code_on_a_phone_while_the_kiosk_has_no_network(town: Town, phone: Page) -> None:
    phone.goto(joining_address(town))
    phone.get_by_role("button", name="绑定").click()
    town.lose_the_network()
    phone.goto(f"{town.world.url}/c?site={SITE}&socket=A1")
    phone.get_by_text("机器现在没有网络").wait_for()
    look(phone)
    phone.get_by_role("button", name="开始充电").click()
    digits = re.sub(r"\D", "", phone.locator(".digits").inner_text())
    look(phone)
    at = TypedAt(SITE, "east", 1, (300, 500, 1000))
    code = find_typed(digits, at, [WHO, OTHER], SECRET, unix_ms() // 1000)
    town.point.plug(1)
    started = town.point.charging.start(
        town.point.payer(WHO),
        "A1",
        means=Means.CODE,
        at=town.point.counter.clock.now(),
        cap_fen=code.cap_fen,
        nonce=code.nonce,
    )
    assert started.code == "charging_starting"


def test_for_somebody_else_a_phone_shows_who_helps_and_the_kiosk_waits_for_the_card_that_pays(
    town: Town, phone: Page
) -> None:
    """One touch, also while the kiosk is heard: whoever pays is there, and agrees by their own card."""
    phone.goto(joining_address(town))
    phone.get_by_role("button", name="绑定").click()
    phone.goto(f"{town.world.url}/c?site={SITE}&socket=A1")
    phone.get_by_role("button", name="帮别人充").click()
    phone.get_by_text("请付钱的人刷自己的卡").wait_for()
    look(phone)
    digits = re.sub(r"\D", "", phone.locator(".digits").inner_text())
    town.point.plug(1)
    coming = Coming(town.point.counter.here, town.point.charging)
    assert coming.typed("A1", digits, "of-the-helper").code == "charging_payer"
    assert town.point.books() == (MONEY_FEN, 0, 0, 0), "the helper's money is none of it"
    assert town.point.tap(OTHER) == "charging_starting"
    town.point.pass_by(5)
    town.sync()
    phone.goto(f"{town.world.url}/c?site={SITE}&socket=A1")
    phone.get_by_role("button", name="停止充电").click()
    town.sync()
    town.point.pass_by(10)
    town.sync()
    (ended,) = town.point.ends()
    assert (ended.resident_id, ended.reason) == (OTHER, "stopped")
    town.agrees()


def test_all_of_it_goes_without_script(town: Town, browser: Browser) -> None:
    context = browser.new_context(viewport=SCREEN, locale="zh-CN", java_script_enabled=False)
    phone = context.new_page()
    phone.goto(joining_address(town))
    phone.get_by_role("button", name="绑定").click()
    phone.goto(f"{town.world.url}/c?site={SITE}&socket=A1")
    town.point.plug(1)
    phone.get_by_role("button", name="开始充电").click()
    town.sync()
    town.point.pass_by(5)
    town.sync()
    phone.get_by_role("link", name="再看一下").click()
    phone.get_by_role("button", name="停止充电").click()
    town.sync()
    town.point.pass_by(10)
    assert [each.reason for each in town.point.ends()] == ["stopped"]
    context.close()
