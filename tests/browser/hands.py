"""What staff do with their fingers, for stories: the same touches wherever they are needed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from kiosk.ledger.accounts import cash_box, cash_difference, own_money, safe
from kiosk.services.till.shifts import Shifts
from sync.demo.people import HERE

from .real import Place, open_staff


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f"[data-key='{key}']").click()


def in_books(canteen: Place, resident_id: int) -> int:
    """What the resident has by the office's books, after everything was sent."""
    canteen.sync()
    return canteen.office.balance_fen(own_money(resident_id))


def forgot_the_card(page: Page, canteen: Place) -> None:
    """Begin to look for somebody."""
    open_staff(page, canteen)
    page.get_by_role("button", name="没带卡").click()


def find(page: Page, canteen: Place, resident_id: int) -> str:
    """Somebody without a card: look for them, and return the name that was touched."""
    forgot_the_card(page, canteen)
    return pick(page, canteen, resident_id)


def pick(page: Page, canteen: Place, resident_id: int) -> str:
    """Press the last digits of somebody's phone, and touch the name."""
    resident = canteen.kiosk.counter().catalogue.resident(resident_id)
    assert resident is not None
    press(page, resident.phone_tail)
    page.locator(".found", has_text=resident.name).click()
    return resident.name


def on_keys(page: Page, field: str, keys: str) -> None:
    page.locator(f"[name={field}]").click()
    press(page, keys)


def open_shift(page: Page, canteen: Place, yuan: str) -> None:
    """Count the float, unless a story before this one has."""
    if canteen.kiosk.counter()[Shifts].last().is_open:
        return
    page.get_by_role("button", name="交班").click()
    on_keys(page, "yuan", yuan)
    page.get_by_role("button", name="开班").click()
    expect(page.locator("[data-panel]")).to_be_hidden()


def cash_at_office(canteen: Place) -> tuple[int, int, int]:
    """Box, safe and difference by the office's books; cash is below zero where there is some."""
    canteen.sync()
    return tuple(canteen.office.balance_fen(account(HERE)) for account in (cash_box, safe, cash_difference))  # type: ignore[return-value]
