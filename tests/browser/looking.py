"""Looking at rendered pages: what each picture must keep, at every size that people use."""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .counter import Counter
from .states import Case, fresh

RULES = Path(__file__).with_name("rules.js").read_text(encoding="utf-8")
SIZES = [(1280, 800), (800, 480), (1920, 1080), (800, 1280)]
axe = Axe()


def scale(width: int, height: int) -> float:
    """How a screen compares with the 1280 by 800 panel, lying or standing."""
    wide, high = (1280, 800) if width > height else (800, 1280)
    return min(width / wide, height / high)


def hang(gallery: Counter, case: Case) -> None:
    """Make the board say what the case is about. An idle case is looked at before anybody has come."""
    gallery.board._recent.clear()
    gallery.board.stand(case.standing)
    if case.outcome:
        gallery.board.show(fresh(case.outcome))


def look(page: Page, **limits: float) -> list[str]:
    return page.evaluate(RULES, limits)


def look_at_every_size(page: Page, name: str, *, display: bool) -> list[str]:
    """What breaks a rule, as lines that say where."""
    faults = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        part = scale(width, height)
        limits = (
            {"minText": max(28, 28 * part), "minDigits": 103 * part}
            if display
            else {"minText": 20, "minDigits": 0}
        )
        faults += [f"{name}, {width}x{height}: {fault}" for fault in look(page, minTarget=60, **limits)]
    return faults


def at_every_size(page: Page, what: str) -> list[str]:
    page.wait_for_timeout(150)
    found = [f"{what}, axe: {each['id']}" for each in axe.run(page).response["violations"]]
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/{what.replace(' ', '-')}-{width}x{height}.png")
        seen = look(page, minText=20, minTarget=60, minDigits=0)
        found += [f"{what}, {width}x{height}: {each}" for each in seen]
    page.set_viewport_size({"width": 1280, "height": 800})
    return found
