"""Pictures of each way to start a socket, and what it takes: `python -m tests.browser.charging.ways FOLDER`.

Prints for each the touches, and the seconds from the last touch, card or code until current flows at a real
board's wire. The office's page is drawn from an office beside a kiosk in simulated time, and has no seconds.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from kiosk.common.clock import unix_ms
from kiosk.services.charging.codes import HelperCode, StartCode, scanned_text, typed_digits, window_of
from kiosk.services.charging.phone.coming import Coming
from tests.browser.charging.point import GRANDMA, HELPER, SECRET, Point, point
from tests.browser.chromium import chromium
from tests.browser.looking import USUAL, Size
from tests.factories import SITE
from tests.office.charging.test_phone_in_a_browser import joining_address
from tests.office.charging.test_phone_to_socket import Town, open_town

PHONE = Size(390, 844)
HEIGHT, GAP = 420, 8


@dataclass
class Way:
    """One way, while it is gone."""

    name: str
    label: str
    shed: Point
    page: Page
    folder: Path
    touches: int = 0
    acted_ms: int = 0  # when something was touched, tapped or scanned last
    pictures: list[Path] = field(default_factory=list)

    def touch(self, what: Locator) -> None:
        self.acted_ms = unix_ms()
        what.click()
        self.touches += 1

    def tap(self, resident_id: int = GRANDMA) -> None:
        self.acted_ms = unix_ms()
        self.shed.tap(resident_id)

    def scan(self, text: str) -> None:
        self.acted_ms = unix_ms()
        self.shed.scan(text)

    def socket(self) -> Locator:
        return self.page.locator("button.socket", has=self.page.locator(f"b:text-is('{self.label}')"))

    def open(self, screen: str) -> None:
        self.page.set_viewport_size(USUAL.viewport)
        self.page.goto(self.shed.url(f"/{screen}?lang=zh"))
        self.page.locator("body[data-live]").wait_for()

    def picture(self) -> None:
        self.page.wait_for_timeout(500)
        self.pictures.append(self.folder / f"way-{self.name}-{len(self.pictures)}.png")
        self.page.screenshot(path=self.pictures[-1])

    def code(self, kind: type[StartCode], resident_id: int) -> StartCode:
        place = self.shed.charging.socket(self.label).place
        now_s = self.shed.kiosk.counter().clock.now().wall_ms // 1000
        return kind(SITE, place.box, place.number, resident_id, 500, window_of(now_s))


def touch_and_tap(way: Way) -> None:
    way.open("display")
    way.touch(way.socket())
    way.picture()
    way.tap()


def tap_touch_tap(way: Way) -> None:
    way.open("display")
    way.tap()
    way.picture()
    way.page.wait_for_timeout(3_000)
    way.touch(way.socket())
    way.touch(way.page.get_by_role("button", name="5 元"))
    way.tap()


def two_cards(way: Way) -> None:
    way.open("display")
    way.touch(way.socket())
    way.touch(way.page.get_by_role("button", name="帮别人充"))
    way.picture()
    way.tap(GRANDMA)
    way.page.wait_for_timeout(3_000)
    way.picture()
    way.tap(HELPER)


def scanned(way: Way) -> None:
    way.open("display")
    way.scan(scanned_text(way.code(StartCode, GRANDMA), SECRET))


def helper_scanned(way: Way) -> None:
    way.open("display")
    way.scan(scanned_text(way.code(HelperCode, HELPER), SECRET))
    way.page.wait_for_timeout(3_000)
    way.picture()
    way.tap(GRANDMA)


def typed(way: Way) -> None:
    way.open("staff")
    way.touch(way.page.locator(".jobs").get_by_role("button", name="充电"))
    way.touch(way.socket())
    way.touch(way.page.get_by_role("button", name="输码"))
    for digit in typed_digits(way.code(StartCode, GRANDMA), SECRET):
        way.page.get_by_role("button", name=digit, exact=True).click()
    way.picture()
    way.acted_ms = unix_ms()
    way.page.get_by_role("button", name="开始充电").click()


def on_the_kiosks_network(way: Way) -> None:
    """Joined before, by one tap."""
    way.page.set_viewport_size(PHONE.viewport)
    way.page.goto(way.shed.phone_url(f"/s/{way.label}?lang=zh"))
    way.shed.kiosk.counter()[Coming].wait_for_card()
    joining = msgspec.to_builtins(way.shed.tap().result)
    way.page.get_by_label("屏上的数字").fill(joining["digits"])
    way.page.get_by_role("button", name="这是我的手机").click()
    way.touch(way.page.get_by_text("5 元"))
    way.picture()
    way.touch(way.page.get_by_role("button", name="开始充电"))


def for_somebody_else_there(way: Way) -> None:
    """The same phone, still joined."""
    way.page.set_viewport_size(PHONE.viewport)
    way.page.goto(way.shed.phone_url(f"/s/{way.label}?lang=zh"))
    way.touch(way.page.get_by_role("button", name="帮别人充"))
    way.picture()
    way.tap(HELPER)


WAYS: tuple[Callable[[Way], None], ...] = (
    tap_touch_tap,  # first, for whoever charges already is told how that stands
    touch_and_tap,
    two_cards,
    scanned,
    typed,
    helper_scanned,
    on_the_kiosks_network,
    for_somebody_else_there,
)


def go(shed: Point, page: Page, folder: Path) -> Iterator[tuple[Way, float]]:
    """Each at a socket of its own."""
    for number, how in enumerate(WAYS, start=1):
        way = Way(how.__name__, f"A{number}", shed, page, folder)
        shed.plug(number)
        how(way)
        took_s = (shed.said("charging_flowing", way.label).at_ms - way.acted_ms) / 1000
        if "phone" not in page.url and page.viewport_size == USUAL.viewport:
            way.open("display")
        way.picture()
        yield way, took_s


def at_the_office(town: Town, page: Page, folder: Path) -> list[Path]:
    """Online, without the kiosk's network, and for somebody else."""
    socket, found = f"{town.world.url}/c/{SITE}/A1?lang=zh", []

    def picture(name: str) -> None:
        found.append(folder / f"way-office-{name}.png")
        page.screenshot(path=found[-1])

    page.set_viewport_size(PHONE.viewport)
    page.goto(joining_address(town))
    page.get_by_role("button", name="绑定").click()
    page.goto(socket)
    picture("page")
    page.get_by_role("button", name="帮别人充").click()
    page.locator(".digits").wait_for()
    picture("helper")
    town.lose_the_network()
    page.goto(socket)
    page.get_by_role("button", name="开始充电").click()
    page.locator(".digits").wait_for()
    picture("code")
    return found


def sheet(rows: list[list[Path]]) -> Image.Image:
    """A row for each way."""
    shown = [[_small(Image.open(path).convert("RGB")) for path in row] for row in rows]
    width = max(sum(each.width + GAP for each in row) for row in shown)
    whole = Image.new("RGB", (width, len(shown) * (HEIGHT + GAP)), "#b9b2a2")
    for number, row in enumerate(shown):
        left = 0
        for each in row:
            whole.paste(each, (left, number * (HEIGHT + GAP)))
            left += each.width + GAP
    return whole


def _small(picture: Image.Image) -> Image.Image:
    return picture.resize((round(picture.width * HEIGHT / picture.height), HEIGHT))


@contextmanager
def beside(browser: Browser) -> Iterator[Page]:
    page = browser.new_context(locale="zh-CN").new_page()
    yield page
    page.context.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with chromium() as browser, tempfile.TemporaryDirectory() as work, beside(browser) as page:
        for name in ("shed", "town"):
            (Path(work) / name).mkdir()
        with point(Path(work) / "shed") as shed:
            for way, took_s in go(shed, page, folder):
                print(f"{way.name}: {way.touches} touches, {took_s:.1f} s", flush=True)
                rows.append(way.pictures)
        with open_town(Path(work) / "town") as town:
            rows.append(at_the_office(town, page, folder))
    sheet(rows).save(folder / "charging-ways.webp", quality=70, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
