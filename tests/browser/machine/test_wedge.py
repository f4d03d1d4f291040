"""Devices that type beside people who type: told apart by speed, on both screens, at a real counter.

Keys come through Chromium's own input with the times at which they were pressed, so that a busy machine does
not make a slow scanner out of a fast one.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sync.demo import population
from tests.browser.real import Place, open_staff
from tests.browser.screens.test_panels import counting, open_job
from tests.stories.town import today, until

SCANNER_MS, FAST_FINGER_MS = 4, 60


def type_keys(
    page: Page,
    text: str,
    gap_ms: int,
    *,
    end: str = "Enter",
    held: bool = False,
    after_ms: int = 0,
    pause_ms: int = 0,
) -> None:
    """Press and release each key `gap_ms` after the one before, the first one `after_ms` from now.

    In the middle there is a pause.
    """
    keyboard = page.context.new_cdp_session(page)
    at_s = time.time() + after_ms / 1000
    ends = {"Enter": "\r", "Tab": "\t", "": ""}[end]
    for place, key in enumerate([*text, *([end] if end else [])]):
        at_s += pause_ms / 1000 if place == len(text) // 2 else 0
        written = ends if key == end and len(key) > 1 else key
        code = {"Enter": 13, "Tab": 9}.get(key, ord(key.upper()[0]))
        pressed = {"key": key, "text": written, "windowsVirtualKeyCode": code, "timestamp": at_s}
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "autoRepeat": held, **pressed})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed, "text": ""})
        at_s += gap_ms / 1000
    keyboard.detach()


def printed_code(canteen: Place) -> str:
    return next(each.printed for each in population.tray(today(), canteen.office.keys) if each.printed)


WAYS = {
    "at once": ("", {}),
    "with a pause": ("", {"pause_ms": 95}),
    "without an end": (" ", {"end": ""}),
    "with the kind of code": ("]Q1", {"end": "Tab"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_code_typed_by_a_scanner_is_answered_as_if_it_had_been_scanned(
    canteen: Place, page: Page, way: str
) -> None:
    page.goto(canteen.url("/display"))
    page.locator("body[data-live]").wait_for()
    before, how = WAYS[way]
    type_keys(page, before + printed_code(canteen), SCANNER_MS, **how)
    until("answer", lambda: canteen.kiosk.board.recent)
    typed = canteen.kiosk.board.recent[0]
    assert typed.code == "served" and typed.person is not None
    expect(page.locator(".who")).to_contain_text(typed.person.name)


def test_staff_do_not_lose_what_they_type_when_a_card_comes_in_between(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.get_by_role("button", name="没带卡").click()
    field = page.locator("[data-pad]")
    expect(field).to_be_focused()
    type_keys(page, "2", FAST_FINGER_MS, end="")
    before = len(canteen.kiosk.board.recent)
    type_keys(page, "NC1:NO CODE OF OURS", SCANNER_MS, end="Tab", after_ms=FAST_FINGER_MS)
    until("answer", lambda: len(canteen.kiosk.board.recent) > before)
    assert canteen.kiosk.board.recent[0].code == "code_mangled"
    expect(field).to_have_value("2")
    expect(field).to_be_focused()
    type_keys(page, "4", FAST_FINGER_MS, end="", after_ms=1000)
    expect(field).to_have_value("24")


def test_people_type_and_press_enter_as_ever(tmp_path: Path, page: Page) -> None:
    with counting(tmp_path) as (kiosk, job):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        type_keys(page, "1234", FAST_FINGER_MS)
        expect(page.locator("[data-panel]")).to_be_hidden()
        assert [yuan for yuan, _ in job.told] == ["1234"]
        assert kiosk.board.recent == []


def test_a_key_that_is_held_down_is_no_scanner(tmp_path: Path, page: Page) -> None:
    with counting(tmp_path) as (kiosk, job):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        type_keys(page, "1", FAST_FINGER_MS, end="")
        type_keys(page, "111", SCANNER_MS, end="", held=True)
        expect(page.locator("[data-pad]")).to_have_value("1111")
        assert job.told == []


def test_a_scanner_presses_no_button(canteen: Place, page: Page) -> None:
    """Its Enter, or a space in its code, would touch whatever has the focus."""
    open_staff(page, canteen)
    opener = page.locator(".jobs").get_by_role("button", name="访客")
    opener.focus()
    before = len(canteen.kiosk.board.recent)
    type_keys(page, "NC1: A CODE OF NOBODY", SCANNER_MS)
    until("answer", lambda: len(canteen.kiosk.board.recent) > before)
    expect(page.locator("[data-panel]")).to_be_hidden()
