"""The staff's jobs at a real counter: cards on the reader, fingers on the screen, and the books."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from kiosk.ledger.accounts import own_money
from kiosk.services.canteen.actions import VOUCHED_BY_STAFF
from kiosk.services.canteen.records import decode_meal
from tests.stories.town import OPENING_FEN

from .real import Place, open_staff
from .test_rules import SIZES, axe, look


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f"[data-key='{key}']").click()


def in_books(canteen: Place, resident_id: int) -> int:
    """What the resident has by the office's books, after everything was sent."""
    canteen.sync()
    return canteen.office.balance_fen(own_money(resident_id))


def test_a_tap_is_on_the_screen_and_in_the_books(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    canteen.tap(canteen.card(1003))
    expect(page.locator(".verdict")).to_be_visible()
    paid_fen = int(canteen.kiosk.board.recent[0].figures["own_fen"])
    assert paid_fen in (1000, 300)
    assert in_books(canteen, 1003) == OPENING_FEN - paid_fen


def find(page: Page, canteen: Place, resident_id: int) -> str:
    """Press the initials of somebody, and touch the name."""
    resident = canteen.kiosk.counter().catalogue.resident(resident_id)
    assert resident is not None
    open_staff(page, canteen)
    page.get_by_role("button", name="没带卡").click()
    press(page, resident.phone_tail)
    page.locator(".found", has_text=resident.name).click()
    return resident.name


def test_whoever_forgot_the_card_is_found_and_fed(canteen: Place, page: Page) -> None:
    name = find(page, canteen, 1006)
    expect(page.get_by_role("heading", name="是不是本人")).to_be_visible()
    page.get_by_role("button", name="是本人").click()
    expect(page.locator(".about h2")).to_contain_text(name)
    shown = canteen.kiosk.board.recent[0]
    counter = canteen.kiosk.counter()
    with counter.journal.writing() as writing:
        record = writing.last_record()
    assert record is not None
    assert decode_meal(record.body).level == VOUCHED_BY_STAFF
    assert in_books(canteen, 1006) == OPENING_FEN - int(shown.figures["own_fen"])


def test_the_card_laid_down_after_all_is_not_charged_again(canteen: Place, page: Page) -> None:
    find(page, canteen, 1009)
    page.get_by_role("button", name="是本人").click()
    expect(page.locator("[data-panel]")).to_be_hidden()
    before_fen = in_books(canteen, 1009)
    canteen.tap(canteen.card(1009))
    assert canteen.kiosk.board.recent[0].code == "already_served"
    assert in_books(canteen, 1009) == before_fen


def test_nobody_is_shown_before_two_keys(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.get_by_role("button", name="没带卡").click()
    with page.expect_response("**/canteen/found?**"):
        press(page, "2")
    expect(page.locator(".found")).to_have_count(0)
    with page.expect_response("**/canteen/found?**"):
        press(page, "4")
    assert page.locator(".found").count() <= 5


def test_finding_somebody_can_be_read_and_touched_at_every_size(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.get_by_role("button", name="没带卡").click()
    faults = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.locator("[data-key=clear]").click()
        with page.expect_response("**/canteen/found?typed=24**"):
            press(page, "24")
        page.wait_for_timeout(100)
        faults += [f"{width}x{height}: {each}" for each in look(page, minText=20, minTarget=60, minDigits=0)]
    page.locator(".found").first.click()
    page.get_by_role("heading", name="是不是本人").wait_for()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        faults += [f"{width}x{height}: {each}" for each in look(page, minText=20, minTarget=60, minDigits=0)]
    assert not faults, "\n".join(faults)
    assert axe.run(page).violations_count == 0
