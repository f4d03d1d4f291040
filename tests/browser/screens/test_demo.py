"""A visitor plays the demo's day: every button of the tray, on everything that `make run` starts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from sync.demo.tray.day import DAY, VISIT, Button, Situation
from tests.stories.terminal import all_ended, terminal
from tests.stories.town import until
from tests.waiting import PATIENCE_S

START_S = 20 * PATIENCE_S  # the voice is made first: 90 s were seen on two busy cores


@contextmanager
def demo(folder: Path) -> Iterator[dict[str, str]]:
    """The demo as it is run in a terminal, and its addresses by the name of what is there.

    Everything ends when the window is closed.
    """
    command = (sys.executable, "-m", "sync.demo", "--any-ports", "--folder", str(folder / "demo"))
    with terminal(*command) as window:

        def printed() -> list[tuple[str, str]]:
            assert window.process.poll() is None, window.printed
            return re.findall(r"^  (\S+).*?(http://\S+)", window.printed, re.MULTILINE)

        yield dict(until("the addresses", printed, START_S))
        assert len(window.running()) > len(("demo", "office", "sync", "kiosk"))
        window.close()
        all_ended(window)


pytestmark = [pytest.mark.deep, pytest.mark.timeout(2 * START_S)]


def test_every_button_of_the_tray_does_what_it_says(tmp_path: Path, browser: Browser, page: Page) -> None:
    with demo(tmp_path) as addresses:
        display = browser.new_page()
        display.add_init_script(TELL)
        display.goto(addresses["Elders'"])
        page.goto(addresses["Tray"] + "?lang=zh")
        look_at_the_clocks(page, display)
        assert set(SEEN) <= set(play(page, display, DAY, SEEN)), "not all was seen"
        display.close()


def test_every_button_at_the_shelter_does_what_it_says(tmp_path: Path, browser: Browser, page: Page) -> None:
    """Its own kiosk: a bicycle charges once its card was tapped, and smoke shuts everything."""
    with demo(tmp_path) as addresses:
        page.goto(addresses["Shelter"] + "?lang=zh")
        display = browser.new_page()
        display.add_init_script(TELL)
        display.goto(str(page.get_by_role("link", name="居民屏").get_attribute("href")))
        press(page, VISIT[0].title, "电动车插 A1")
        display.locator(".picture .socket", has_text="A1").click()
        with shown(display, "正在充电"):
            press(page, VISIT[0].title, "刷卡")
        expect(page.locator(".sockets li").first).to_contain_text("A1 180 W")
        assert set(SEEN_THERE) <= set(play(page, display, VISIT, SEEN_THERE)), "not all was seen"
        display.close()


def play(
    tray: Page, display: Page, day: Sequence[Situation], seen: Mapping[tuple[str, str], str]
) -> list[tuple[str, str]]:
    """Touch every button, one after the other; return which there were."""
    pressed = []
    for situation in day:
        for button in situation.buttons:
            pressed.append((situation.title, button.label))
            with shown(display, seen.get(pressed[-1], "")), back(display, button):
                press(tray, situation.title, button.label)
    return pressed


def look_at_the_clocks(tray: Page, display: Page) -> None:
    """The day begins before noon, whatever the hour, on the tray and on the kiosk."""
    expect(tray.get_by_text("从上午 11:20 开始")).to_be_visible()
    expect(tray.get_by_role("time")).to_have_text(re.compile(r"^11:[2-5]\d$"))
    screen = display.locator("[data-part=screen]")
    expect(screen).to_contain_text(re.compile(r"11:[2-5]\d"))  # its office is heard first


# An answer stands for seconds: whoever looks too late is told all the same.
TELL = """addEventListener("DOMContentLoaded", () => {
  const screen = document.querySelector("[data-part=screen]");
  const tell = () => console.debug(screen.innerText);
  new MutationObserver(tell).observe(screen, { childList: true, subtree: true });
  tell();
})"""


@contextmanager
def shown(display: Page, words: str) -> Iterator[None]:
    """The elders' screen says this after what is done in the block, if but for a moment, or says it still."""
    told: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        told.append(message.text)

    display.on("console", listen)
    yield
    screen = display.locator("[data-part=screen]")
    until(f"{words!r} on the display", lambda: words in "".join((*told, screen.inner_text())))
    display.remove_listener("console", listen)


@contextmanager
def back(display: Page, button: Button) -> Iterator[None]:
    """Whoever switches the kiosk off waits until its screen is there again before the next button."""
    if button.does not in RESTARTING:
        yield
        return
    with display.expect_event("domcontentloaded", timeout=START_S * 1000):
        yield
    display.locator("body[data-live]").wait_for()


RESTARTING = ("kill", "lose-clock", "fill-disk", "empty-disk")

# What the elders' screen says after some of the buttons.
SEEN = {
    ("老人刷卡", "刷卡"): "您付",
    ("再刷一次", "再刷"): "打过了",
    ("余额不够", "刷卡"): "余额",
    ("卡有问题", "挂失的卡"): "暂停",
    ("当场发卡", "空白卡"): "没有登记",
    ("时间不准", "钟没电了"): "请稍等",
    ("时间不准", "关掉机器"): "请刷卡",
    ("不是饭点", "现在不供餐"): "空闲的插座",
    ("不是饭点", "开晚餐"): "晚餐",
}


SEEN_THERE = {
    ("食堂的卡", "刷卡"): "请选插座",
    ("冒烟、进水", "冒烟"): "有烟，已全部断电",
}


def press(page: Page, title: str, label: str) -> None:
    """Touch a button of one situation, and wait until it has been done."""
    item = page.locator("li", has=page.get_by_role("heading", name=title, exact=True))
    with page.expect_response("**/state"):
        item.get_by_role("button", name=label, exact=True).click()
    expect(page.locator("output")).to_be_empty()
