"""Two people change a price in real browsers: written over, seen, proposed, approved, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.office.console import formats
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from tests.office.books import PASSWORD, Books, open_books, small_file
from tests.sync.world import served

DAY = formats.today() + timedelta(days=7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Books, str]]:
    with open_books(tmp_path / "office") as books, served(books.app) as url:
        books.import_(small_file())
        for name in ("chen", "lin"):
            books.hire(name, PASSWORD, [Post(Role.CLERK)])
        yield books, url


def at_work(browser: Browser, url: str, name: str) -> Page:
    """Somebody at their own desk, logged in on the first page."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{url}/login")
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    page.click("button.main")
    return page


def test_a_price_is_changed_by_two_people(office: tuple[Books, str], browser: Browser) -> None:
    _books, url = office
    chen, lin = at_work(browser, url, "chen"), at_work(browser, url, "lin")
    chen.get_by_role("navigation").get_by_role("link", name="价目").click()
    chen.get_by_role("link", name="调整价格").click()
    chen.get_by_label("从哪天起").fill(str(DAY))
    chen.get_by_label("居民自付", exact=True).fill("12")
    chen.get_by_role("button", name="试算").click()
    expect(chen.get_by_role("heading", level=1)).to_have_text(f"{DAY} 谁会付多少")
    expect(chen.get_by_role("row", name="陈测试")).to_contain_text("12.00")
    expect(chen.get_by_text("李测试")).to_have_count(0)
    chen.get_by_label("理由").fill("米价涨了")
    chen.get_by_role("button", name="提交给第二人批准").click()
    expect(chen.get_by_text("尚未生效")).to_be_visible()

    lin.get_by_role("link", name="待第二人批准").click()
    expect(lin.get_by_text("米价涨了")).to_be_visible()
    lin.get_by_role("button", name="批准", exact=True).click()
    lin.get_by_role("navigation").get_by_role("link", name="价目").click()
    expect(lin.get_by_role("row", name=f"{DAY}").filter(has_text="即将生效")).to_contain_text("12.00")
    expect(lin.get_by_role("row", name="2026-01-01")).to_contain_text("生效中")

    lin.get_by_role("link", name="撤回").click()
    expect(lin.get_by_role("row", name="陈测试")).to_contain_text("10.00")
    lin.get_by_role("button", name="提交给第二人批准").click()
    chen.goto(f"{url}/proposals")
    chen.get_by_role("button", name="批准", exact=True).click()
    chen.goto(f"{url}/prices")
    expect(chen.get_by_text("即将生效")).to_have_count(0)
    for each in (chen, lin):
        each.context.close()
