"""Looking at rendered pages: what each picture must keep, on every screen that people use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from kiosk.common.board import Board

from .states import Case, fresh

RULES = Path(__file__).with_name("rules.js").read_text(encoding="utf-8")
axe = Axe()


class Size(NamedTuple):
    """Of a screen, in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def viewport(self) -> ViewportSize:
        return {"width": self.width, "height": self.height}

    @property
    def scale(self) -> float:
        """How it compares with the 1280 by 800 panel, lying or standing."""
        wide, high = (1280, 800) if self.width > self.height else (800, 1280)
        return min(self.width / wide, self.height / high)


SIZES = [Size(1280, 800), Size(1024, 600), Size(800, 480), Size(1920, 1080), Size(800, 1280)]
USUAL, SMALLEST = SIZES[0], Size(800, 480)
# Of stories: what is between the first two is looked at state by state, which costs less.
STORY_SIZES = [size for size in SIZES if size != Size(1024, 600)]
ROOMY = [size for size in STORY_SIZES if size != SMALLEST]  # there is room for other words than Chinese
# A story is played on the usual screen, where each of its pictures is measured at every size. In the deep
# tier it is played again where there is least room.
SCREENS = pytest.mark.parametrize(
    "size",
    [USUAL, pytest.param(SMALLEST, marks=pytest.mark.deep)],
    indirect=True,
    ids=str,
    scope="module",
)


class Hung(Protocol):
    """What has a board to hang a case on."""

    board: Board


def hang(gallery: Hung, case: Case) -> None:
    """Make the board say what the case is about. An idle case is looked at before anybody has come."""
    gallery.board._recent.clear()
    gallery.board.stand(case.standing)
    if case.outcome:
        gallery.board.show(fresh(case.outcome))


def size_of(page: Page) -> Size:
    viewport = page.viewport_size
    assert viewport is not None
    return Size(viewport["width"], viewport["height"])


def look(page: Page, name: str, *, display: bool = False, may_scroll: bool = False) -> list[str]:
    """What breaks a rule, as lines that say where."""
    size = size_of(page)
    limits = {
        "minText": max(28, 28 * size.scale) if display else 20,
        "minDigits": 103 * size.scale if display else 0,
        "minTarget": 60,
        "mayScroll": may_scroll,
    }
    return [f"{name}, {size}: {fault}" for fault in page.evaluate(RULES, limits)]


def look_at_every_size(
    page: Page, name: str, sizes: Iterable[Size] = SIZES, *, display: bool = False
) -> list[str]:
    faults = []
    for size in sizes:
        page.set_viewport_size(size.viewport)
        faults += look(page, name, display=display)
    return faults


def look_closely(page: Page, name: str, sizes: Sequence[Size] = STORY_SIZES) -> list[str]:
    """At all of these sizes if this is the usual one, with pictures to keep; on other screens with axe."""
    page.wait_for_timeout(150)
    size = size_of(page)
    if size != USUAL:
        return look_with_axe(page, name) + _look_with_picture(page, name)
    faults = [fault for each in reversed(sizes) for fault in _look_with_picture(page, name, each)]
    assert size_of(page) == size, "the usual size is looked at last, and stays"
    return faults


def _look_with_picture(page: Page, name: str, size: Size | None = None) -> list[str]:
    if size is not None:
        page.set_viewport_size(size.viewport)
    keep_picture(page, name)
    return look(page, name)


def look_with_axe(page: Page, name: str) -> list[str]:
    return [f"{name}, axe: {each['id']}" for each in axe.run(page).response["violations"]]


def keep_picture(page: Page, name: str) -> None:
    """In the folder `PICTURES`, if that is set."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name.replace(' ', '-')}-{size_of(page)}.png")
