"""A clerk's first day: all of it in real browsers, with a real kiosk, its reader and its sync process.

Two clerks sit at desks of their own. What is no clerk's is done where it belongs: a kiosk's code is typed
at the kiosk, cards are laid on its reader, and staff count the cash at its screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.people.cards import nfc_token
from kiosk.services.canteen.items import dishes
from sync.demo.people import HERE
from tests.browser.hands import on_keys, open_shift
from tests.browser.real import Place, open_staff, running
from tests.office.pages.residents.test_sheets import HEAD, OTHER, mistaken_rows, workbook
from tests.stories.town import BIN, Office, Station, devices, employed_office, process, today, until
from tests.waiting import PATIENCE_MS

PASSWORD = "four meals a day"
UID = bytes.fromhex("04A1B2C3")
CHIP, TOKEN = CardSpec(CardKind.CLASSIC, UID), nfc_token(UID)
NAME = "钱新"
TOMORROW = today() + timedelta(days=1)


@dataclass
class Desk:
    """A clerk's browser, with the page they look at."""

    page: Page
    url: str

    def go(self, link: str) -> None:
        self.page.get_by_role("navigation", name="页面").get_by_role("link", name=link, exact=True).click()

    def touch(self, words: str, role: Any = "button") -> None:
        self.page.get_by_role(role, name=words, exact=True).click()

    def sees(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words, timeout=PATIENCE_MS)


@pytest.mark.deep
def test_a_clerks_first_day(tmp_path: Path, browser: Browser) -> None:
    with a_town(tmp_path) as (office, station, hardware):
        chen, lin = (at_work(browser, office, name) for name in ("chen", "lin"))
        station.sync("enrol", enrolled_by(chen))
        station.sync("once")
        desk = process(BIN / "kiosk-sync", "--config", station.config, "run", log=tmp_path / "sync.log")
        with desk, running(office, station, hardware) as canteen:
            a_list_is_imported(chen)
            a_photo_is_given(chen, tmp_path)
            a_card_is_given(chen, canteen)
            a_price_is_changed(chen, lin)
            a_menu_is_written(chen, canteen)
            a_lost_card_is_blocked(chen, canteen)
            cash_is_missing(browser, canteen)
            the_difference_is_explained(chen)
        for each in (chen, lin):
            each.page.context.close()


@contextmanager
def a_town(folder: Path) -> Iterator[tuple[Office, Station, Any]]:
    """An office with people, two clerks, and a machine at the counter that nobody enrolled yet."""
    with devices(folder) as hardware:
        office = employed_office(folder)
        for name in ("chen", "lin"):
            office.command("clerk", "add", name, "--role", "clerk", typed=f"{PASSWORD}\n")
        (folder / "counter").mkdir()
        with office.open():
            yield office, Station(folder / "counter", office, hardware), hardware


def at_work(browser: Browser, office: Office, name: str) -> Desk:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{office.url}/login")
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    page.click("button.main")
    return Desk(page, office.url)


def enrolled_by(chen: Desk) -> str:
    """The code of a new kiosk."""
    chen.go("终端")
    chen.touch("新终端", "link")
    chen.page.fill("#name", "柜台")
    chen.page.select_option("#site", HERE)
    chen.page.locator("button.main").click()
    return chen.page.locator(".code").inner_text()


def a_list_is_imported(chen: Desk) -> None:
    """One with a dozen kinds of mistakes, of which nothing is taken; then the same put right."""
    send(chen, workbook(*mistaken_rows()))
    for cell in ("B4", "C5", "C6", "C7", "D8", "D9", "D10", "D11", "D12", "E13", "F14", "C15"):
        expect(chen.page.get_by_role("cell", name=cell, exact=True)).to_be_visible()
    expect(chen.page.get_by_role("button", name="导入", exact=True)).to_have_count(0)
    send(chen, workbook(HEAD, [1, NAME, OTHER, "1948-07-01", "13900001234", HERE, "3 号楼", None, None]))
    chen.touch("导入")
    chen.go("居民")
    chen.page.fill("#q", NAME)
    chen.touch("查找")
    chen.touch(NAME, "link")


def send(chen: Desk, content: bytes) -> None:
    chen.page.goto(f"{chen.url}/residents/sheets")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet: FilePayload = {"name": "名单.xlsx", "mimeType": kind, "buffer": content}
    with chen.page.expect_navigation():
        chen.page.set_input_files("#sheet", sheet)


def a_photo_is_given(chen: Desk, folder: Path) -> None:
    Image.linear_gradient("L").resize((480, 600)).convert("RGB").save(folder / "portrait.jpg")
    chen.touch("添加照片", "link")
    chen.page.set_input_files("#picture", folder / "portrait.jpg")
    expect(chen.page.locator(".portrait")).to_be_visible(timeout=PATIENCE_MS)


def a_card_is_given(chen: Desk, canteen: Place) -> None:
    """The reader on the desk types the chip's number and Enter; a moment later the kiosk knows the card."""
    chen.touch("发卡、挂失", "link")
    chen.page.locator("#chip").focus()
    chen.page.keyboard.type(UID.hex().upper())
    chen.page.keyboard.press("Enter")
    chen.sees("发卡")
    until("the card", lambda: canteen.kiosk.counter().catalogue.card(TOKEN))
    assert canteen.tap(CHIP).person is not None


def a_price_is_changed(chen: Desk, lin: Desk) -> None:
    chen.go("价目")
    chen.touch("调整价格", "link")
    chen.page.get_by_label("从哪天起").fill(str(TOMORROW))
    chen.page.locator("input[name^='own.']").first.fill("11")
    chen.touch("试算")
    chen.page.get_by_label("理由").fill("米价涨了")
    chen.touch("提交给第二人批准")
    chen.sees("尚未生效")
    lin.page.goto(f"{lin.url}/proposals")
    lin.sees("米价涨了")
    lin.touch("批准")
    lin.go("价目")
    lin.sees("即将生效")


def a_menu_is_written(chen: Desk, canteen: Place) -> None:
    chen.go("菜单")
    chen.page.select_option("#site", HERE)
    chen.touch("查看")
    expect(chen.page.locator(f"input[name=site][value={HERE}]")).to_have_count(1)
    chen.page.locator(f"textarea[name='{today()}.lunch']").fill("番茄炒蛋\n青菜")
    chen.touch("发布")
    expect(chen.page.get_by_role("button", name="撤回")).to_be_visible()
    shown = ("番茄炒蛋", "青菜")
    until("the menu", lambda: dishes(canteen.kiosk.counter().catalogue, HERE, str(today()), "lunch") == shown)


def a_lost_card_is_blocked(chen: Desk, canteen: Place) -> None:
    chen.go("就餐卡")
    chen.page.fill("#q", NAME)
    chen.touch("查看")
    chen.touch(NAME, "link")
    chen.page.get_by_role("button", name="挂失").click()
    chen.sees("已挂失")
    until("the block", lambda: canteen.kiosk.counter().catalogue.block(TOKEN))
    canteen.present(1002)  # or the answer that is on the screen still would be told once more
    assert canteen.tap(CHIP).code == "card_blocked"

    def only_one_has_not_heard() -> bool:
        """The machine at the other counter, which is off."""
        chen.page.reload()
        unaware = chen.page.locator(".note.amber li").all_inner_texts()
        return len(unaware) == 1 and unaware[0].startswith("front ")

    until("the kiosk said so", only_one_has_not_heard)


def cash_is_missing(browser: Browser, canteen: Place) -> None:
    """Staff count two hundred yuan in the morning, and one hundred in the evening."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    open_staff(page, canteen)
    open_shift(page, canteen, "200")
    page.get_by_role("button", name="交班").click()
    page.get_by_role("button", name="数钱交班").click()
    on_keys(page, "of10000", "1")
    page.get_by_role("button", name="数好了").click()
    expect(page.locator(".takings")).to_contain_text("少了")
    page.locator(".choice", has=page.locator("[value='wrong change']")).click()
    page.locator(".panel").get_by_role("button", name="交班").click()
    expect(page.get_by_role("heading", name="已交班")).to_be_visible()
    page.close()


def the_difference_is_explained(chen: Desk) -> None:
    """The office reads what staff said of it, and settles what was put up for review."""

    def is_heard() -> bool:
        chen.go("现金")
        return "100.00" in chen.page.locator("main").inner_text()

    until("the close-out at the office", is_heard)
    chen.sees("找错")
    chen.go("待核")
    row = chen.page.get_by_role("row").filter(has_text="交班")
    expect(row).to_have_count(1)
    row.get_by_role("button").click()
    chen.sees("没有待核")
