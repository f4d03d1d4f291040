"""Cards laid on the reader, seen on both screens and in the books."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.stories.town import OPENING_FEN

from .real import open_staff, place


def test_a_tap_on_the_reader_is_on_the_screen_and_in_the_books(tmp_path: Path, page: Page) -> None:
    with place(tmp_path) as canteen:
        open_staff(page, canteen)
        canteen.tap(canteen.card(1003))
        expect(page.locator(".verdict")).to_be_visible()
        canteen.sync()
        meals = canteen.office.meals()
        assert canteen.office.balance_fen("own/1003") < OPENING_FEN
        assert meals
