"""Pictures of everything that screens show: `python -m tests.browser.gallery FOLDER`.

Every state of both screens and every panel of the staff, at every size, and sheets of all for `docs/gallery`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
from PIL import Image
from playwright.sync_api import Page

from kiosk.common.board import Board

from .chromium import chromium
from .counter import counter
from .looking import SIZES, hang
from .panels import close_panel, every_panel, named, open_panel
from .real import Still, open_staff, place, still
from .states import CHEN, EARLIER, Case, cases, fresh, served, standing

ENGLISH_CASES = (
    "idle",
    "served",
    "served-low",
    "undone-portion",
    "sold_for_cash-change",
    "already_served",
    "right_elsewhere",
    "idle-damaged",
    "served-visitor",
)
THUMB_WIDTH, GAP = 360, 6
WIDTH_TO_HEIGHT = 0.5  # of a sheet, about


def hang_after_others(kiosk: Still, case: Case) -> None:
    """With some people already served before the case."""
    hang(kiosk, Case(case.standing, None))
    if case.outcome:
        newest = fresh(case.outcome)
        for number, name in enumerate(EARLIER):
            earlier_ms = newest.at_ms - 25_000 * (len(EARLIER) - number)
            person = msgspec.structs.replace(CHEN, name=name)
            kiosk.board.show(msgspec.structs.replace(served(person), at_ms=earlier_ms))
        kiosk.board.show(newest)


def draw(page: Page, folder: Path, kiosk: Still, name: str, case: Case) -> None:
    """One state on both screens of a real kiosk, with all that can be done about it."""
    languages = ("", "en") if name in ENGLISH_CASES else ("",)
    hang_after_others(kiosk, case)
    for language in languages:
        for screen in ("display", "staff"):
            page.goto(kiosk.url(f"/{screen}?lang={language or 'zh'}"))
            shoot(page, folder, f"{screen}-{name}{language and '-' + language}")


def draw_plain(page: Page, folder: Path, work: Path) -> None:
    """The chooser, and a screen after the kiosk went away."""
    with counter(work, board=Board(standing())) as kiosk:
        page.goto(kiosk.url("/"))
        shoot(page, folder, "chooser")
        page.goto(kiosk.url("/display"))
        page.locator("body[data-live]").wait_for()
    page.locator("[data-lost]").wait_for()
    shoot(page, folder, "lost")


def draw_panels(page: Page, folder: Path, work: Path) -> None:
    """Every panel, at a real counter."""
    with place(work) as canteen:
        urls = every_panel(canteen)
        open_staff(page, canteen)
        for url in urls:
            open_panel(page, url, "zh")
            shoot(page, folder, f"panel-{named(url)}")
            close_panel(page)


def shoot(page: Page, folder: Path, name: str) -> None:
    for size in SIZES:
        page.set_viewport_size(size.viewport)
        page.screenshot(path=folder / f"{name}-{size}.png")


def sheets(folder: Path) -> None:
    """All pictures of a kind and size side by side."""
    for kind in ("display", "staff", "panel"):
        for size in SIZES:
            found = sorted(folder.glob(f"{kind}-*-{size}.png"))
            sheet(found).save(folder / f"all-{kind}-{size}.webp", quality=70, method=6)


def sheet(paths: Iterable[Path]) -> Image.Image:
    thumbs = [Image.open(path).convert("RGB") for path in paths]
    height = round(thumbs[0].height * THUMB_WIDTH / thumbs[0].width)
    columns = max(1, round((WIDTH_TO_HEIGHT * len(thumbs) * height / THUMB_WIDTH) ** 0.5))
    rows = -(-len(thumbs) // columns)
    whole = Image.new("RGB", (columns * (THUMB_WIDTH + GAP), rows * (height + GAP)), "#b9b2a2")
    for n, thumb in enumerate(thumbs):
        row, column = divmod(n, columns)
        whole.paste(thumb.resize((THUMB_WIDTH, height)), (column * (THUMB_WIDTH + GAP), row * (height + GAP)))
    return whole


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as work:
        page = browser.new_page()
        with still(Path(work) / "still") as kiosk:
            open_staff(page, kiosk)
            for name, case in cases().items():
                draw(page, folder, kiosk, name, case)
        draw_plain(page, folder, Path(work))
        draw_panels(page, folder, Path(work))
    sheets(folder)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
