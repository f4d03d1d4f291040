"""Charging's panels on the staff's screen, with sockets in every condition, at every size, in longer words.

`PICTURES=FOLDER` keeps pictures of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.longer import WORDS
from tests.browser.panels import close_panel, named, open_panel
from tests.browser.real import sign_in
from tests.browser.screens.test_every_panel import looked_at
from tests.tiers import in_both

from .point import GRANDMA, Point, point

FREE, CHARGES, SHUT = "A1", "A2", "A3"
PANELS = (
    "/charging/",
    f"/charging/socket/{FREE}",
    f"/charging/socket/{CHARGES}",
    f"/charging/socket/{SHUT}",
    f"/charging/code/{FREE}",
    "/charging/phone",
    f"/charging/known/{GRANDMA}?token={FREE}",
    f"/find/charge?token={FREE}",
)


@pytest.fixture(scope="module")
def shed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    """One socket charges, one is shut by a relay that sticks, the others are free."""
    with point(tmp_path_factory.mktemp("shed")) as opened:
        opened.plug(2)
        opened.charging.choose(CHARGES)
        opened.tap()
        opened.said("charging_flowing", CHARGES)
        opened.plug(3)
        opened.shelter[3].is_welded = True
        opened.until_look(SHUT, "closed")
        opened.kiosk.look()
        yield opened


@in_both("words", fast=["zh"], deep=["en", "zh-longer", "en-longer"])
def test_charging_can_be_read_and_touched_at_every_size(shed: Point, page: Page, words: str) -> None:
    language = words.partition("-")[0]
    faults = []
    with WORDS[words]():
        page.goto(shed.url(f"/staff?lang={language}"))
        sign_in(page)
        page.locator("body[data-live]:not([data-locked])").wait_for()
        for url in PANELS:
            open_panel(page, url, language)
            faults += looked_at(page, f"{named(url)}-{words}", words)
            close_panel(page)
    assert not faults, "\n".join(faults)
