"""Each way of starting a socket, in a real browser, with its touches counted; and what phones and staff see.

A touch is one finger on one screen; the card that is tapped is none. Board, driver and money are real.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import pytest
from playwright.sync_api import Locator, Page, Response, expect

from kiosk.ledger.accounts import held, own_money, revenue
from kiosk.services.charging.codes import HelperCode, StartCode, scanned_text, typed_digits, window_of
from kiosk.services.charging.machine.judging import ELECTRICITY, SERVICE
from kiosk.services.charging.phone.coming import Coming
from kiosk.services.charging.records import Means, decode_begun
from tests.browser.looking import Size, look, look_at_every_size, look_with_axe
from tests.factories import SITE
from tests.unit.kiosk.services.canteen.test_canteen import balance

from .point import GRANDMA, HELPER, PIN, SECRET, START_FEN, Point, point

MOST_TOUCHES = 3
PHONE = Size(360, 640)
MOST_BYTES = 30_000
SMALLEST_PX = 16


@pytest.fixture(scope="module")
def shed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point(tmp_path_factory.mktemp("shed")) as opened:
        yield opened


@dataclass
class Finger:
    """Counts what is touched."""

    touches: int = 0
    began_s: float = field(default_factory=time.monotonic)

    def touch(self, what: Locator) -> None:
        what.click()
        self.touches += 1


@pytest.fixture
def finger() -> Finger:
    return Finger()


def money(shed: Point) -> tuple[int, int, int]:
    """Own, held, and what charging took in: what this kiosk's journal did to each."""
    counter = shed.kiosk.counter()
    fees = sum(balance(counter, revenue(each, SITE)) for each in (ELECTRICITY, SERVICE))
    return balance(counter, own_money(GRANDMA)), balance(counter, held(GRANDMA)), fees


def open_display(page: Page, shed: Point) -> None:
    page.goto(shed.url("/display?lang=zh"))
    page.locator("body[data-live]").wait_for()


def socket(page: Page, label: str) -> Locator:
    return (
        page.get_by_role("button", name=label, exact=False)
        .and_(page.locator(".socket"))
        .filter(has=page.locator("b", has_text=label))
        .first
    )


def begun(shed: Point, label: str) -> str:
    """By which means the session that runs at a socket was started."""
    view = shed.charging.socket(label)
    return decode_begun(shed.record_of_session(view.order)).means


def stopped(shed: Point, label: str) -> None:
    """By staff, and settled; the plug is pulled."""
    shed.stop(label)
    shed.unplug(int(label[1:]))
    shed.until_look(label, "free")


def test_an_elder_touches_a_socket_and_taps_the_card(shed: Point, page: Page, finger: Finger) -> None:
    """One touch. Started is said when current flows, and the card that started it stops it."""
    before = money(shed)
    shed.plug(3)
    open_display(page, shed)
    finger.touch(socket(page, "A3"))
    expect(page.locator(".now b")).to_have_text("A3")
    assert shed.tap().code == "charging_starting"
    assert money(shed) == (before[0] - 300, before[1] + 300, before[2])
    shed.said("charging_flowing", "A3")
    expect(page.locator("[data-digits]")).to_have_text("A3")
    expect(page.locator(".label")).to_contain_text("正在充电")
    assert finger.touches == 1
    faults = look_at_every_size(page, "flowing", display=True) + look_with_axe(page, "flowing")
    assert not faults, "\n".join(faults)
    time.sleep(1.5)  # what slips on the reader stops nothing
    assert shed.tap().code == "charging_running"
    time.sleep(1.6)
    assert shed.tap().code == "charging_stopping"
    ended = shed.said("charging_ended", "A3")
    assert (ended.result.reason, ended.result.own_fen) == ("stopped", START_FEN)  # type: ignore[union-attr]
    assert money(shed) == (before[0] - START_FEN, before[1], before[2] + START_FEN)
    assert not shed.shelter[3].is_closed, "its relay is open"
    shed.unplug(3)


def test_who_taps_first_is_asked_for_a_socket_and_may_choose_more_money(
    shed: Point, page: Page, finger: Finger
) -> None:
    open_display(page, shed)
    shed.plug(4)
    assert shed.tap().code == "charging_choose"
    expect(page.locator(".message h2")).to_have_text("请选插座")
    finger.touch(socket(page, "A4"))
    finger.touch(page.get_by_role("button", name="5 元"))
    expect(page.get_by_role("button", name="5 元")).to_have_attribute("aria-pressed", "true")
    shed.tap()
    flowing = shed.said("charging_flowing", "A4")
    assert flowing.result.held_fen == 500  # type: ignore[union-attr]
    assert finger.touches <= MOST_TOUCHES
    stopped(shed, "A4")


def test_a_volunteer_starts_for_an_elder_whose_card_pays(shed: Point, page: Page, finger: Finger) -> None:
    """Three touches and two cards; the receipt names both, and the helper's money stays as it was."""
    own_fen, held_fen, fees_fen = money(shed)
    shed.plug(2)
    page.goto(shed.url("/staff?lang=zh"))
    page.locator("body[data-live]").wait_for()
    finger.touch(page.locator(".jobs").get_by_role("button", name="充电"))
    finger.touch(socket(page, "A2"))
    finger.touch(page.get_by_role("button", name="帮别人充"))
    shed.until_chosen("A2")
    assert finger.touches <= MOST_TOUCHES
    open_display(page, shed)
    expect(page.locator(".now .ask")).to_have_text("请付钱的人先刷卡")
    faults = look_at_every_size(page, "helper", display=True) + look_with_axe(page, "helper")
    assert shed.tap(GRANDMA).code == "charging_helper"
    assert money(shed) == (own_fen, held_fen, fees_fen)
    expect(page.locator(".message h2")).to_have_text("请帮忙的人刷卡")
    expect(page.locator(".now .ask")).to_have_text("测奶奶付钱，请帮忙的人刷卡")
    faults += look_at_every_size(page, "helper's card", display=True)
    assert not faults, "\n".join(faults)
    assert shed.tap(HELPER).code == "charging_starting"
    shed.said("charging_flowing", "A2")
    shed.until_charged("A2")
    stopped(shed, "A2")
    ended = shed.said("charging_ended", "A2")
    assert ended.person is not None and ended.person.resident_id == GRANDMA
    assert ended.result.helper == "测奶奶"  # type: ignore[union-attr]
    assert money(shed) == (own_fen - START_FEN, held_fen, fees_fen + START_FEN)
    assert balance(shed.kiosk.counter(), own_money(HELPER)) == 0  # this journal took nothing


def test_on_the_elders_own_screen_two_touches_start_it_for_somebody_else(
    shed: Point, page: Page, finger: Finger
) -> None:
    """Whoever pays agrees by their own card; the socket touched once more takes it back."""
    own_fen, held_fen, _fees_fen = money(shed)
    shed.plug(1)
    open_display(page, shed)
    finger.touch(socket(page, "A1"))
    helping = page.get_by_role("button", name="帮别人充")
    assert not (faults := look_at_every_size(page, "chosen", display=True)), "\n".join(faults)
    finger.touch(helping)
    expect(page.locator(".now .ask")).to_have_text("请付钱的人先刷卡")
    assert finger.touches == 2
    socket(page, "A1").click()
    expect(helping).to_be_visible()
    helping.click()
    expect(page.locator(".now .ask")).to_have_text("请付钱的人先刷卡")
    assert shed.tap(GRANDMA).code == "charging_helper"
    assert shed.tap(HELPER).code == "charging_starting"
    assert money(shed)[:2] == (own_fen - 300, held_fen + 300)
    shed.said("charging_flowing", "A1")
    stopped(shed, "A1")


def test_a_helpers_code_is_scanned_and_the_card_that_is_tapped_then_pays(
    shed: Point, page: Page, finger: Finger
) -> None:
    own_fen, held_fen, _fees_fen = money(shed)
    shed.plug(5)
    open_display(page, shed)
    made = HelperCode(*msgspec.structs.astuple(msgspec.structs.replace(code(shed, "A5"), resident_id=HELPER)))
    assert shed.scan(scanned_text(made, SECRET)).code == "charging_payer"
    expect(page.locator(".message h2")).to_have_text("请付钱的人刷卡")
    expect(page.locator(".now .ask")).to_have_text("测奶奶代充，请付钱的人刷卡")
    faults = look_at_every_size(page, "payer", display=True) + look_with_axe(page, "payer")
    assert not faults, "\n".join(faults)
    assert shed.tap(GRANDMA).code == "charging_starting"
    assert money(shed)[:2] == (own_fen - 500, held_fen + 500)
    assert begun(shed, "A5") == Means.CODE
    assert finger.touches == 0
    stopped(shed, "A5")
    shed.scan(scanned_text(made, SECRET))


@pytest.mark.deep
def test_the_plug_that_is_not_in_is_said_and_nothing_is_taken(shed: Point, page: Page) -> None:
    before = money(shed)
    open_display(page, shed)
    shed.charging.choose("A5")
    shed.tap()
    failed = shed.said("charging_failed", "A5")
    assert failed.result.reason == "no_plug"  # type: ignore[union-attr]
    expect(page.locator(".message h2")).to_have_text("没有充上：没插好")
    assert money(shed) == before


def code(shed: Point, label: str) -> StartCode:
    """As the office's page makes one while it cannot reach the kiosk."""
    place = shed.charging.socket(label).place
    now_s = shed.kiosk.counter().clock.now().wall_ms // 1000
    return StartCode(SITE, place.box, place.number, GRANDMA, 500, window_of(now_s))


def test_a_code_from_a_phone_is_held_to_the_scanner_without_any_touch(shed: Point, page: Page) -> None:
    open_display(page, shed)
    shed.plug(6)
    text = scanned_text(code(shed, "A6"), SECRET)
    assert shed.scan(text).code == "charging_starting"
    shed.said("charging_flowing", "A6")
    assert begun(shed, "A6") == Means.CODE
    stopped(shed, "A6")
    assert shed.scan(text).code == "start_code_used"


def test_its_eight_digits_are_typed_at_the_screen(shed: Point, page: Page, finger: Finger) -> None:
    """Three touches lead to the keys; nobody has to be signed in."""
    shed.plug(7)
    digits = typed_digits(code(shed, "A7"), SECRET)
    page.goto(shed.url("/staff?lang=zh"))
    page.locator("body[data-live]").wait_for()
    finger.touch(page.locator(".jobs").get_by_role("button", name="充电"))
    finger.touch(socket(page, "A7"))
    finger.touch(page.get_by_role("button", name="输码"))
    assert finger.touches <= MOST_TOUCHES
    for digit in "00000000":
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="开始充电").click()
    expect(page.locator(".wrong")).to_have_text("数字不对")
    for digit in digits:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="开始充电").click()
    shed.said("charging_flowing", "A7")
    stopped(shed, "A7")


def test_a_phone_on_the_kiosks_own_network_joins_starts_and_stops(
    shed: Point, page: Page, finger: Finger
) -> None:
    """Under 30 kB in all, and three touches once the phone is joined; it works without JavaScript too."""
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if ("/s/" in answer.url and answer.request.method == "GET") or "/static/" in answer.url:
            sizes[answer.url] = len(answer.body()) if answer.status == 200 else 0

    page.on("response", weigh)
    page.set_viewport_size(PHONE.viewport)
    shed.plug(8)
    page.goto(shed.phone_url("/s/A8?lang=zh"))
    assert sum(sizes.values()) < MOST_BYTES
    page.remove_listener("response", weigh)
    expect(page.get_by_role("heading", name="空闲")).to_be_visible()
    shed.kiosk.counter()[Coming].wait_for_card()
    joining = shed.tap()
    page.get_by_label("屏上的数字").fill(joining.result.digits)  # type: ignore[union-attr]
    page.get_by_role("button", name="这是我的手机").click()
    finger.touch(page.get_by_text("5 元"))
    assert not (faults := on_a_phone(page, "start")), "\n".join(faults)
    finger.touch(page.get_by_role("button", name="开始充电"))
    expect(page.get_by_role("heading", name="正在充电")).to_be_visible(timeout=20_000)
    assert begun(shed, "A8") == Means.KIOSK_PAGE
    assert not (faults := on_a_phone(page, "charging")), "\n".join(faults)
    finger.touch(page.get_by_role("button", name="停止充电"))
    expect(page.get_by_text("已停止充电")).to_be_visible(timeout=20_000)
    assert finger.touches <= MOST_TOUCHES
    shed.unplug(8)
    shed.until_look("A8", "free")
    page.reload()
    page.get_by_role("button", name="帮别人充").click()
    expect(page.get_by_text("请付钱的人在机器上刷卡")).to_be_visible()
    assert not (faults := on_a_phone(page, "payer")), "\n".join(faults)
    shed.plug(8)
    assert shed.tap(HELPER).code == "charging_starting"
    expect(page.get_by_role("button", name="停止充电")).to_be_visible(timeout=20_000)
    view = shed.charging.socket("A8")
    assert (view.resident_id, view.started_by) == (HELPER, GRANDMA)
    stopped(shed, "A8")


def test_anybody_reports_a_socket_and_staff_see_it_at_once(shed: Point, page: Page) -> None:
    page.set_viewport_size(PHONE.viewport)
    page.goto(shed.phone_url("/s/A9?lang=zh"))
    page.get_by_role("link", name="这个插座有问题").click()
    assert not (faults := on_a_phone(page, "report")), "\n".join(faults)
    page.get_by_text("发烫或有怪味").click()
    page.get_by_role("button", name="报告").click()
    expect(page.get_by_text("谢谢，会有人来看。")).to_be_visible()
    assert shed.said("charging_reported", "A9").result.fault == "hot_or_smell"  # type: ignore[union-attr]
    shed.kiosk.look()
    page.goto(shed.phone_url("/s/nowhere"))
    assert page.locator("body").inner_text()


def on_a_phone(page: Page, name: str) -> list[str]:
    """The rules of a telephone: it scrolls, text is smaller, and a choice is touched on its whole line."""
    page.wait_for_load_state()
    faults = look(page, name, may_scroll=True)
    others = [each for each in faults if not any(word in each for word in ("off the", "text of", "<input"))]
    return others + page.evaluate(SMALL_JS, SMALLEST_PX) + look_with_axe(page, name)


SMALL_JS = """least => [...document.querySelectorAll("body *")]
  .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
  .filter((node) => node.checkVisibility() && parseFloat(getComputedStyle(node).fontSize) < least)
  .map((node) => `small: ${node.textContent.trim().slice(0, 30)}`)"""


def test_a_welded_socket_is_shut_until_a_technician_has_looked(shed: Point, page: Page) -> None:
    shed.plug(10)
    shed.shelter[10].is_welded = True
    shed.until_look("A10", "closed")
    page.goto(shed.url("/staff?lang=zh"))
    page.locator("body[data-live]").wait_for()
    page.locator(".jobs").get_by_role("button", name="充电").click()
    socket(page, "A10").click()
    page.get_by_label("查到什么，怎么处理的").fill("换了继电器")
    page.get_by_role("button", name="师傅检查过了，恢复使用").click()
    expect(page.locator(".panel")).to_contain_text("谁当班")
    sign_in(page, "林电工")
    shed.shelter[10].is_welded = False
    shed.unplug(10)
    shed.until_zero("A10")
    expect(page.get_by_label("查到什么，怎么处理的")).to_have_value("换了继电器")
    page.get_by_role("button", name="师傅检查过了，恢复使用").click()
    shed.until_look("A10", "free")


def sign_in(page: Page, name: str) -> None:
    page.locator(".panel").get_by_role("radio", name=name).check()
    for digit in PIN:
        page.locator(".panel").get_by_role("button", name=digit, exact=True).click()
    page.locator(".panel [type=submit]").click()
