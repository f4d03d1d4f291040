"""Pictures of every state of both screens: `python -m tests.browser.gallery FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import msgspec
from playwright.sync_api import Page

from kiosk.board import Board

from .chromium import chromium
from .counter import counter
from .states import CHEN, EARLIER, Case, cases, fresh, served, standing

SIZES = ((1280, 800), (800, 480))
EXTRA_SIZES = ((1920, 1080), (800, 1280))
EXTRA_CASES = (
    "idle",
    "served",
    "served-huge",
    "served-birthday-low",
    "already_served",
    "outside_today",
    "idle-between",
)
ENGLISH_CASES = (
    "idle",
    "served-low",
    "served-birthday-low",
    "already_served",
    "outside_today",
    "right_elsewhere",
    "idle-damaged",
)


def board_for(case: Case) -> Board:
    """A board with some people already served before the case."""
    board = Board(case.standing)
    if case.outcome:
        for number, name in enumerate(EARLIER):
            earlier_ms = case.outcome.at_ms - 25_000 * (len(EARLIER) - number)
            person = msgspec.structs.replace(CHEN, name=name)
            board.show(msgspec.structs.replace(served(person), at_ms=earlier_ms))
        board.show(fresh(case.outcome))
    return board


def draw(page: Page, folder: Path, work: Path, name: str, case: Case) -> None:
    with counter(work, board=board_for(case)) as kiosk:
        shots = [(size, "") for size in SIZES]
        shots += [(size, "") for size in EXTRA_SIZES if name in EXTRA_CASES]
        shots += [(SIZES[0], "en")] if name in ENGLISH_CASES else []
        for (width, height), language in shots:
            page.set_viewport_size({"width": width, "height": height})
            for screen in ("display", "staff"):
                page.goto(kiosk.url(f"/{screen}" + (f"?lang={language}" if language else "")))
                page.screenshot(path=folder / f"{screen}-{name}{language and '-en'}-{width}x{height}.png")
                if screen == "staff" and page.locator(".ask").count():
                    page.locator("body[data-live]").wait_for()
                    page.locator(".ask").first.click()
                    page.screenshot(
                        path=folder / f"{screen}-{name}{language and '-en'}-asked-{width}x{height}.png"
                    )


def draw_plain(page: Page, folder: Path, work: Path) -> None:
    """The chooser, and both screens after the kiosk went away."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        with counter(work, board=Board(standing())) as kiosk:
            page.goto(kiosk.url("/"))
            page.screenshot(path=folder / f"chooser-{width}x{height}.png")
            page.goto(kiosk.url("/display"))
            page.locator("body[data-live]").wait_for()
        page.locator("[data-lost]").wait_for()
        page.screenshot(path=folder / f"lost-{width}x{height}.png")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as work:
        page = browser.new_page()
        for name, case in cases().items():
            draw(page, folder, Path(work), name, case)
        draw_plain(page, folder, Path(work))
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
