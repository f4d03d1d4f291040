"""The README's pictures, `python -m tests.browser.readme`: the demo's screens, after a queue of taps."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from sync.demo.people import WORKERS
from tests.browser.screens.test_demo import demo
from tests.locks import ROOT

from .chromium import chromium

PICTURES = ROOT / "docs" / "pictures"
QUEUE = (
    1014,
    1015,
    1017,
    1018,
    1019,
    1023,
    1025,
    1002,
)  # the last one at home here, and not to eat everything
BICYCLES = (("A1", "bicycle", 1312), ("A2", "worn", 1311), ("A3", "two_bicycles", 1313))
VIEWPORT = {"width": 1280, "height": 800}


def lay_down(tray: Page, card: str) -> None:
    with tray.expect_response("**/state"):
        tray.locator(f'.card[data-does="card:{card}"]').click()


def sign_in(tray: Page, staff: Page) -> None:
    lay_down(tray, WORKERS[0].id)
    for digit in WORKERS[0].pin:
        staff.get_by_role("button", name=digit, exact=True).click()
    staff.get_by_role("button", name="登录", exact=True).click()
    expect(staff.locator("[data-part=recent]")).not_to_contain_text("登录")


def charge(page: Page, display: Page, tray_address: str) -> None:
    """At the shelter, whose display shows its sockets all day; beside a canteen only between meals."""
    page.goto(tray_address)
    address = page.get_by_role("link", name="居民屏").get_attribute("href")
    assert address
    display.goto(address)
    for label, bicycle, card in BICYCLES:
        with page.expect_response("**/state"):
            page.locator(f'button[data-does="plug-{bicycle}"]').first.click()
        display.locator(".picture .socket", has_text=label).click()
        expect(display.locator(".now b")).to_have_text(label)
        lay_down(page, str(card))
        expect(display.locator("[data-digits]")).to_have_text(label)
        expect(display.locator(".label")).to_contain_text("正在充电")
        display.screenshot(path=PICTURES / "display-charging.png")
        expect(display.locator(".picture")).to_be_visible()
    display.screenshot(path=PICTURES / "display-shelter.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as work, chromium() as browser, demo(Path(work)) as addresses:
        tray, display, staff = (browser.new_page(viewport=VIEWPORT) for _ in range(3))
        display.goto(addresses["Elders'"])
        staff.goto(addresses["Staff"])
        tray.goto(addresses["Tray"])
        expect(display.locator("[data-part=screen]")).to_contain_text(re.compile(r"\d\d:\d\d"))
        sign_in(tray, staff)
        for card in QUEUE:
            lay_down(tray, str(card))
            staff.wait_for_timeout(4000)  # the card is held for a while, as a hand would
        expect(staff.locator(".person img.face")).to_be_visible()
        display.screenshot(path=PICTURES / "display-served.png")
        staff.screenshot(path=PICTURES / "staff-served.png")
        charge(tray, display, addresses["Shelter"] + "?lang=zh")


if __name__ == "__main__":
    main()
