"""Receipts at the real counter: touched, printed on a simulated printer, read back from its bytes."""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from drivers.sim.printing.paper import lines, squares
from kiosk.common.clock import local_time
from kiosk.common.outcomes import Outcome
from kiosk.services.till.shifts import Shifts
from kiosk.web.paper.slips import moment
from tests.browser.hands import in_books, on_keys, open_shift
from tests.browser.looking import SCREENS, Size, axe, look, look_closely
from tests.browser.real import Place, open_staff
from tests.stories.town import OPENING_FEN, until

pytestmark = SCREENS


def served(canteen: Place, page: Page, resident_id: int) -> Outcome:
    """Somebody who has just eaten, and touched in the list."""
    open_staff(page, canteen)
    canteen.tap(canteen.card(resident_id))
    outcome = canteen.kiosk.board.recent[0]
    assert outcome.code == "served"
    expect(page.locator("aside .row").first).to_contain_text(outcome.person.name)  # type: ignore[union-attr]
    return outcome


def print_first(page: Page) -> None:
    """Two touches: the row, and the button."""
    page.locator("aside .row").first.click()
    page.get_by_role("button", name="打印小票").click()


def figures(slip: bytes) -> dict[str, str]:
    """The lines with a word at the left and a figure at the right."""
    found = (line.split("  ", 1) for line in lines(slip) if "  " in line)
    return {word: figure.strip() for word, figure in found}


def slips_of(canteen: Place, receipt: str) -> list[bytes]:
    return [slip for slip in canteen.hardware.printer.printed() if squares(slip) == [receipt]]


def printed(canteen: Place, receipt: str) -> bytes:
    """The one slip of a receipt, once it is out."""
    (slip,) = until("slip", lambda: slips_of(canteen, receipt))
    return slip


def test_a_meal_s_receipt_takes_two_touches_and_says_what_the_books_say(canteen: Place, page: Page) -> None:
    meal = served(canteen, page, 1003)
    print_first(page)
    expect(page.locator("[data-panel]")).to_be_hidden()
    found = figures(printed(canteen, meal.receipt))
    paid_fen = OPENING_FEN - in_books(canteen, 1003)
    assert paid_fen in (1000, 300)
    assert (found["您付"], found["补贴"]) == (f"{paid_fen // 100} 元", "5 元")
    assert found["余额"] == f"{(OPENING_FEN - paid_fen) // 100} 元"
    assert found["凭条号"] == meal.receipt


def test_out_of_paper_at_noon_serving_goes_on_and_the_receipt_comes_out_once(
    canteen: Place, page: Page
) -> None:
    printer = canteen.hardware.printer
    meal = served(canteen, page, 1006)
    printer.fault("out_of_paper")
    expect(page.locator("[data-part=header]")).to_contain_text("打印机没纸")
    print_first(page)
    expect(page.locator(".panel")).to_contain_text("打印机好了会自己打出来")
    canteen.tap(canteen.card(1009))
    assert canteen.kiosk.board.recent[0].code == "served"
    page.get_by_role("button", name="知道了").click()
    expect(page.locator("aside .row").first).to_contain_text(canteen.kiosk.board.recent[0].person.name)  # type: ignore[union-attr]
    assert slips_of(canteen, meal.receipt) == []
    printer.recover()
    expect(page.locator("[data-part=header]")).not_to_contain_text("打印机")
    assert figures(printed(canteen, meal.receipt))["凭条号"] == meal.receipt
    later = served(canteen, page, 1012)
    print_first(page)
    printed(canteen, later.receipt)
    assert len(slips_of(canteen, meal.receipt)) == 1


def test_a_receipt_is_taken_along_by_telephone(
    canteen: Place, page: Page, browser: Browser, size: Size
) -> None:
    meal = served(canteen, page, 1015)
    display = browser.new_page(viewport=size.viewport)
    display.goto(canteen.url("/display"))
    expect(display.locator("body[data-live]")).to_be_attached()
    page.locator("aside .row").first.click()
    page.get_by_role("button", name="扫码留存").click()
    expect(display.get_by_role("heading", name="扫码留凭条")).to_be_visible()
    assert not look(display, "code", display=True)
    assert axe.run(display).violations_count == 0
    site, when, first, *amounts = seen(display).splitlines()
    paid_fen = meal.result.own_fen
    assert (site, when) == ("华圣澜山长者食堂", moment(local_time(meal.at_ms)))
    assert first.endswith(f" {(paid_fen + 500) // 100} 元")
    assert amounts == [
        "补贴 5 元",
        f"您付 {paid_fen // 100} 元",
        f"余额 {(OPENING_FEN - paid_fen) // 100} 元",
        f"凭条号 {meal.receipt}",
    ]
    canteen.tap(canteen.card(1030))
    expect(display.locator(".amount")).to_be_visible()
    display.close()


def seen(display: Page) -> str:
    """What a telephone reads off the screen from some way off."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(display.screenshot())).reduce(3))
    return str(found.text)


def test_the_shift_report_on_paper_is_the_one_on_the_screen(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    open_shift(page, canteen, "200")
    canteen.tap(canteen.card(1021))
    page.get_by_role("button", name="充值", exact=True).click()
    page.get_by_role("button", name="50", exact=True).click()
    page.get_by_role("button", name="收钱，充值").click()
    until("topped up", lambda: canteen.kiosk.board.recent[0].code == "topped_up")
    box_fen = canteen.kiosk.counter()[Shifts].expected_fen()
    page.get_by_role("button", name="交班").click()
    page.get_by_role("button", name="数钱交班").click()
    on_keys(page, "of100", str(box_fen // 100 - 5))
    page.get_by_role("button", name="数好了").click()
    page.get_by_label("找错钱").check()
    page.locator(".panel").get_by_role("button", name="交班").click()
    expect(page.get_by_role("heading", name="已交班")).to_be_visible()
    shown = dict(
        page.locator(".takings div").evaluate_all(
            "rows => rows.map(row => [row.querySelector('dt').innerText, row.querySelector('dd').innerText])"
        )
    )
    assert not look_closely(page, "shift report")
    page.locator(".panel").get_by_role("button", name="打印").click()
    expect(page.locator("[data-panel]")).to_be_hidden()
    paper = figures(until("report", lambda: reports(canteen))[0])
    for word, figure in shown.items():
        assert figure.split()[0].replace("−", "-") == paper[word].split()[0], word
    assert (paper["相差"], paper["原因"]) == ("-5 元", "找错钱")
    assert paper["开班时钱箱"] == "200 元"
    assert paper[f"1 元 × {box_fen // 100 - 5}"] == f"{box_fen // 100 - 5} 元"


def reports(canteen: Place) -> list[bytes]:
    return [slip for slip in canteen.hardware.printer.printed() if "交班单" in lines(slip)[1]]


def test_the_receipt_panel_can_be_read_and_touched(canteen: Place, page: Page) -> None:
    served(canteen, page, 1024)
    page.locator("aside .row").first.click()
    page.get_by_role("button", name="打印小票").wait_for()
    assert not look_closely(page, "receipt panel")
