"""The office pages in a real browser: readable by everybody, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from kiosk.services.charging.records import CHARGING_ALARM, ChargingAlarm
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter
from sync.office.importing.photos import HEIGHT, MOST_BYTES, WIDTH
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from tests.office.books import (
    CLERK,
    ELDER,
    HERE,
    MONDAY,
    PASSWORD,
    THERE,
    TUESDAY,
    YOUNG,
    open_books,
    small_file,
)
from tests.office.charging.point import charging_file, session
from tests.office.pages.meals.test_orders_page import STANDING
from tests.sync.world import served

DEVICE = HERE.encode().ljust(16, b"-").hex()
PAGES = [
    "/",
    "/care",
    "/pictures/meals?from=2026-11-14&to=2026-11-20",
    f"/board?site={HERE}&month=2026-11-01",
    "/care/settings",
    "/residents/1/care",
    "/kiosks",
    "/kiosks/new",
    "/upkeep",
    "/prices",
    "/prices/change",
    "/price-tables/charging_tariffs",
    "/price-tables/products",
    "/price-tables/products/change",
    "/price-tables/programmes/change?key=elders",
    "/price-tables/charging_tariffs/change?key=energy",
    f"/menus?site={HERE}&week=2036-11-24",
    f"/kiosks/{DEVICE}",
    f"/kiosks/{DEVICE}/revoke",
    "/sales",
    "/orders?day=2026-11-19",
    "/residents",
    "/residents/1",
    "/cards",
    "/residents/1/cards",
    "/residents/1/account",
    "/residents/1/balance",
    "/residents/1/statement?month=2026-11",
    "/residents/1/photo/change",
    "/residents/new",
    "/residents/sheets",
    "/residents/1/change",
    "/meals?from=2026-11-16",
    "/reviews",
    "/exposure",
    "/closing?day=2026-11-16",
    "/trial-balance?day=2026-11-18",
    "/cash?from=2026-11-16&to=2026-11-17",
    "/cash/bank?site=huasheng",
    "/topups",
    "/cash/banked?from=2026-11-16",
    "/charging?from=2026-11-16&to=2026-11-17",
    "/charging/money?from=2026-11-16&to=2026-11-17",
    "/charging/hours?from=2026-11-16&to=2026-11-17",
    "/charging/orphans?from=2026-11-16&to=2026-11-17",
    "/charging/alarms?from=2026-11-16&to=2026-11-17",
    "/audit",
    "/second-factor",
    "/clerks",
    f"/clerks/{CLERK}",
    "/nowhere",
    "/residents/99",
    "/meals?from=2026-11-18&to=2026-11-16",
    "/sales?day=",
]
DESK, PHONE = 1280, 390  # pixels across
BUTTONS_BEYOND = """width => [...document.querySelectorAll("button")]
    .filter(each => each.getBoundingClientRect().right > width).length"""
SMALL = """() => [...document.querySelectorAll("nav a, button, input:not([type=hidden]), select")]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 40)
    .map(each => each.outerHTML)"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "best-practice"]}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An office with some history, behind real HTTP."""
    with open_books(tmp_path_factory.mktemp("office")) as books, served(books.app) as url:
        books.import_(small_file())
        books.import_({"standing_orders": [STANDING]})
        books.hire(as_=[Post(Role.MANAGER)])
        for day in (MONDAY, TUESDAY):
            books.sell(ELDER, day=day, elders=500)
            books.sell(YOUNG, day=day, site=THERE, band="0-59", own_fen=1500)
        books.write(CORRECTION_ASKED, CorrectionAsked(ELDER, HERE, Matter.CATEGORY_MISSING, "living_alone"))
        books.import_(charging_file())
        session(books, "a" * 16)
        session(books, "b" * 16, first_wh=1700, day=TUESDAY, means="code", reason="unplugged")
        books.write(CHARGING_ALARM, ChargingAlarm(HERE, "shed", 0, "smoke", True), day=TUESDAY)
        yield url


@pytest.fixture(scope="module")
def page(office: str, browser: Browser) -> Iterator[Page]:
    """A page of somebody who is logged in. It must not complain, for instance of what the policy forbids."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{office}/sales")
    page.click("button.main")  # a browser that spoke of it would not send the form
    assert page.locator(".wrong").count() == 2
    page.goto(f"{office}/sales")
    page.fill("#username", CLERK)
    page.fill("#password", PASSWORD)
    page.click("button.main")
    assert page.url == f"{office}/sales"
    yield page
    page.close()
    assert [each for each in complaints if "404" not in each and "400" not in each] == []


@pytest.mark.parametrize("path", PAGES)
def test_readable_by_everybody(office, page, path):
    page.set_viewport_size({"width": DESK, "height": 800})
    page.goto(office + path)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_pages_are_named_in_one_line_at_a_desk(office, page, language):
    page.set_viewport_size({"width": DESK, "height": 800})
    page.goto(f"{office}/?lang={language}")
    tops = page.eval_on_selector_all("nav a", "all => all.map(each => each.offsetTop)")
    assert len(tops) > 8
    assert len(set(tops)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_desk_and_phone_nothing_is_cut_off_or_too_small_for_a_finger(office, page, language):
    page.goto(f"{office}/?lang={language}")
    for path in PAGES:
        page.goto(office + path)
        for width in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(BUTTONS_BEYOND, width) == 0, (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert page.evaluate(SMALL) == [], path


def test_a_day_of_which_a_part_is_missing_is_said_at_its_field(office, page):
    page.goto(f"{office}/sales?lang=zh")
    page.locator("#day").press("Delete")  # the first part of the date
    page.get_by_role("button", name="查看").click()
    assert page.locator("#wrong-day").inner_text() == "请填完整的日期。"
    page.wait_for_selector("#day:focus")  # a browser heeds `autofocus` once it has drawn the page


def test_a_clerk_gives_a_photo_as_large_as_a_telephone_makes_it(office, page, tmp_path):
    """It goes small over the wire, is kept smaller, and says nothing of where it was taken."""
    light = Image.linear_gradient("L").resize((3000, 4000))
    taken = Image.blend(light, Image.effect_noise((3000, 4000), 90), 0.2).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    taken.save(tmp_path / "large.jpg", quality=95, exif=exif)
    (tmp_path / "letter.jpg").write_bytes(b"no picture" * 100_000)
    assert (tmp_path / "large.jpg").stat().st_size > 4_000_000
    page.set_viewport_size({"width": DESK, "height": 800})
    page.goto(f"{office}/residents/1?lang=zh")
    page.get_by_role("link", name="添加照片").click()
    page.set_input_files("#picture", tmp_path / "letter.jpg")
    expect(page.locator("#wrong-picture")).to_contain_text("至少 120×144 像素", timeout=30_000)
    page.set_input_files("#picture", tmp_path / "large.jpg")
    expect(page.locator(".portrait")).to_be_visible(timeout=30_000)  # twelve million pixels
    assert page.url.startswith(f"{office}/residents/1")
    kept = page.request.get(f"{office}/residents/1/photo").body()
    assert len(kept) <= MOST_BYTES
    with Image.open(BytesIO(kept)) as picture:
        assert (picture.size, picture.format, dict(picture.getexif())) == ((WIDTH, HEIGHT), "WEBP", {})
    change = page.request.get(f"{office}/residents/1/photo/change").headers["content-security-policy"]
    assert change.startswith("default-src 'none'") and change.endswith("script-src 'self'")
