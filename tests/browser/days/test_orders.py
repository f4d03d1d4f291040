"""Orders, the kitchen and the round through the houses, at a real counter.

The demo's standing orders are for every meal of every day, so that there is always a round to go.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from drivers.sim.printing.paper import squares
from kiosk.common.purses import purse_of
from kiosk.ledger.accounts import own_money, programme
from kiosk.services.orders.actions import Kitchen, Orders
from kiosk.services.orders.items import Dining
from sync.office.services.canteen.invented.village import SUBSIDY
from sync.office.services.orders.demo import ORDERED
from tests.browser.hands import in_books, press
from tests.browser.looking import SCREENS, look_closely
from tests.browser.real import Place, open_staff, running
from tests.stories.town import OPENING_FEN, Devices, Office, Station, devices, employed_office, until
from tests.waiting import PATIENCE_S

pytestmark = SCREENS

DELIVERED_TO = [number for number, dining in ORDERED.items() if dining is Dining.DELIVERY]


def kitchen(canteen: Place, day: date | None = None, meal: str = "") -> Kitchen:
    """One meal as the kitchen has it; the one being served unless said otherwise."""
    orders = canteen.kiosk.counter()[Orders]
    now = orders.next_meal()
    return orders.kitchen(day or now.day, meal or now.meal)


def label(canteen: Place, resident_id: int) -> str:
    """What is printed on the label of this meal's delivery."""
    now = canteen.kiosk.counter()[Orders].next_meal()
    return canteen.kiosk.counter()[Orders].label_text(now, resident_id)


def scan(canteen: Place, text: str) -> str:
    """Hold a label before the scanner; the code of the answer."""
    with canteen.kiosk.board.watching() as news:
        canteen.hardware.scanner.scan(text)
        return until("answer", lambda: news.get(timeout=PATIENCE_S).outcome).code


def open_kitchen(page: Page, canteen: Place) -> None:
    open_staff(page, canteen)
    page.locator(".jobs").get_by_role("button", name="厨房").click()
    page.get_by_role("heading", name="厨房").wait_for()


def open_round(page: Page, canteen: Place) -> None:
    open_kitchen(page, canteen)
    page.get_by_role("button", name="送餐名单").click()
    page.locator(".round").wait_for()


def test_after_a_tap_lunch_of_tomorrow_is_ordered_and_cancelled_as_easily(canteen: Place, page: Page) -> None:
    tomorrow = kitchen(canteen).today + timedelta(days=1)
    open_staff(page, canteen)
    canteen.tap(canteen.card(1003))
    before_fen = in_books(canteen, 1003)
    page.locator(".actions").get_by_role("button", name="订餐").click()
    row = page.get_by_role("form", name="明天 午餐")
    row.get_by_role("button", name="送餐").click()
    expect(row.get_by_role("button", name="送餐")).to_have_attribute("aria-pressed", "true")
    portion = kitchen(canteen, tomorrow, "lunch").portion(1003)
    assert portion is not None and portion.dining is Dining.DELIVERY
    row.get_by_role("button", name="堂食").click()
    expect(row.get_by_role("button", name="堂食")).to_have_attribute("aria-pressed", "true")
    row.get_by_role("button", name="取消").click()
    expect(row).to_contain_text("没订")
    assert kitchen(canteen, tomorrow, "lunch").portion(1003) is None
    assert in_books(canteen, 1003) == before_fen, "nothing is taken before it is had"


def test_somebody_without_a_card_orders_too(canteen: Place, page: Page) -> None:
    resident = canteen.kiosk.counter().catalogue.resident(1006)
    assert resident is not None
    open_kitchen(page, canteen)
    page.get_by_role("button", name="给人订餐").click()
    press(page, resident.phone_tail)
    page.locator(".found", has_text=resident.name).click()
    row = page.get_by_role("form", name="明天 晚餐")
    row.get_by_role("button", name="打包").click()
    expect(row.get_by_role("button", name="打包")).to_have_attribute("aria-pressed", "true")
    portion = kitchen(canteen, kitchen(canteen).today + timedelta(days=1), "dinner").portion(1006)
    assert portion is not None and portion.dining is Dining.TAKE_AWAY


def test_the_kitchen_reads_its_figures_from_the_panel(canteen: Place, page: Page) -> None:
    open_kitchen(page, canteen)
    count = kitchen(canteen).headcount
    figures = page.locator(".cook div")
    expect(figures.filter(has_text="份数").locator("dd")).to_have_text(str(count.portions))
    for way, word in ((Dining.EAT_IN, "堂食"), (Dining.TAKE_AWAY, "打包"), (Dining.DELIVERY, "送餐")):
        expect(figures.filter(has_text=word).locator("dd")).to_have_text(str(count.by_dining[way]))
    expect(page.locator(".diets")).to_contain_text("软饭")
    page.get_by_role("button", name="送餐名单").click()
    expect(page.locator(".stop")).to_have_count(len(DELIVERED_TO))


def test_who_taps_for_an_ordered_meal_is_ticked_off(canteen: Place, page: Page) -> None:
    canteen.tap(canteen.card(1024))
    portion = kitchen(canteen).portion(1024)
    assert portion is not None and portion.had_ms is not None


def test_a_label_that_cannot_be_scanned_is_ticked_by_hand(canteen: Place, page: Page) -> None:
    before_fen = in_books(canteen, 1012)
    open_round(page, canteen)
    page.locator(".stop", has_text="吕美莲").click()
    page.get_by_role("button", name="送到了，记账").click()
    expect(page.locator(".stop", has_text="吕美莲")).to_contain_text("已领餐")
    paid_fen = before_fen - in_books(canteen, 1012)
    assert paid_fen in (1000, 300)
    assert scan(canteen, label(canteen, 1012)) == "meal_already_served"
    assert in_books(canteen, 1012) == before_fen - paid_fen


def test_a_label_comes_out_for_each_box_that_is_to_go(canteen: Place, page: Page) -> None:
    open_round(page, canteen)
    to_go, before = page.locator(".stop", has_text="待送").count(), len(canteen.hardware.printer.printed())
    page.get_by_role("button", name="打印送餐标签").click()
    expect(page.get_by_role("status").filter(has_text=f"{to_go} 张")).to_be_visible()
    until("labels", lambda: len(canteen.hardware.printer.printed()) == before + to_go)
    codes = {squares(each)[0] for each in canteen.hardware.printer.printed()[before:]}
    assert len(codes) == to_go
    assert codes < {label(canteen, each) for each in DELIVERED_TO}


def test_orders_and_kitchen_can_be_read_and_touched(canteen: Place, page: Page) -> None:
    open_kitchen(page, canteen)
    faults = look_closely(page, "kitchen")
    page.get_by_role("button", name="送餐名单").click()
    page.locator(".round").wait_for()
    faults += look_closely(page, "round")
    page.locator(".stop").first.click()
    page.get_by_role("button", name="回到名单").wait_for()
    faults += look_closely(page, "delivery")
    page.locator("[data-close]").click()
    canteen.tap(canteen.card(1009))
    faults += look_closely(page, "actions with orders")
    page.locator(".actions").get_by_role("button", name="订餐").click()
    page.locator(".ordering").wait_for()
    faults += look_closely(page, "order")
    assert not faults, "\n".join(faults)


def test_a_round_without_the_office_is_booked_and_reconciled(tmp_path: Path, page: Page) -> None:
    """Two labels are scanned, one of them twice, one box comes back; then the office hears of it."""
    with devices(tmp_path) as hardware:
        office = employed_office(tmp_path)
        station = fetched(tmp_path, office, hardware)
        with running(office, station, hardware) as canteen:
            lunch = 1000 if canteen.kiosk.counter()[Orders].next_meal().meal == "lunch" else 300
            assert [scan(canteen, label(canteen, 1016)), scan(canteen, label(canteen, 1020))] == [
                "delivered"
            ] * 2
            assert scan(canteen, label(canteen, 1016)) == "already_delivered"
            open_round(page, canteen)
            page.locator(".stop", has_text="蔡阿莲").click()
            page.get_by_role("button", name="家里没人").click()
            expect(page.locator(".stop", has_text="蔡阿莲")).to_contain_text("家里没人")
            expect(page.locator(".stop", has_text="陈美莲")).to_contain_text("已领餐")
            assert page.locator(".stop", has_text="待送").count() == len(DELIVERED_TO) - 3
            expected = {1013: OPENING_FEN, 1016: OPENING_FEN - lunch, 1020: OPENING_FEN - lunch}
            assert {number: at_kiosk(canteen, number) for number in expected} == expected
            assert office.balance_fen(own_money(1016)) == OPENING_FEN, "the office has heard nothing yet"
            with office.open():
                canteen.sync()
        assert {number: office.balance_fen(own_money(number)) for number in expected} == expected
        assert office.balance_fen(programme(SUBSIDY)) == -1000
        assert office.reviews() == []
        assert {each["name"]: each["reason"] for each in to_call(office)} == {"蔡阿莲": "nobody home"}


def fetched(folder: Path, office: Office, hardware: Devices) -> Station:
    """A kiosk that has its catalogue, of an office that then goes away."""
    with office.open():
        station = Station(folder / "front", office, hardware)
        station.sync("once")
    return station


def at_kiosk(canteen: Place, resident_id: int) -> int:
    """What the kiosk would show as the balance."""
    counter = canteen.kiosk.counter()
    with counter.journal.writing() as writing:
        return purse_of(writing, counter.catalogue, resident_id).balance


def to_call(office: Office) -> list[dict[str, str]]:
    """Whom the office would call, of the meals that are not over: those whose box came back."""
    return [each for meal in json.loads(office.command("report", "orders")) for each in meal["to_call"]]
