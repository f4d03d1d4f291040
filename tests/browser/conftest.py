"""A page and a counter for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .counter import Counter, counter
from .looking import SIZES, Size
from .real import Place, place


@pytest.fixture(scope="session")
def shared_page(browser: Browser) -> Iterator[Page]:
    """A page for looking only: opening one anew for every picture would take most of the time."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def size(request: pytest.FixtureRequest) -> Size:
    """Of the screen that a story is told on: the usual one, and with `SCREENS` the smallest as well."""
    return getattr(request, "param", SIZES[0])


@pytest.fixture(scope="module")
def canteen(tmp_path_factory: pytest.TempPathFactory, size: Size) -> Iterator[Place]:
    """A real canteen for all stories of a file on one screen, each with residents of its own."""
    with place(tmp_path_factory.mktemp("canteen")) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, size: Size) -> Iterator[Page]:
    """A page of one's own, which must not complain on its console."""
    page = browser.new_page(viewport=size.viewport)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Security" in message.text else None)
    yield page
    page.close()
    assert not faults


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path) as started:
        yield started
