"""Debian's Chromium, driven as a kiosk would run it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, expect, sync_playwright

from tests.waiting import PATIENCE_MS

PATH = Path("/usr/bin/chromium")
# The same pages without the browser around them, for a fraction of the work. Raspberry Pi OS has none.
SHELL = Path("/usr/bin/chromium-headless-shell")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


class NoBrowser(Exception):
    """The one thing to install."""


@contextmanager
def chromium(path: Path = PATH) -> Iterator[Browser]:
    if not path.exists():
        raise NoBrowser("the browser tests need Debian's Chromium: apt install chromium fonts-noto-cjk")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            raise NoBrowser(f"{path} does not start: {error.message.splitlines()[0]}") from error
        yield browser
        browser.close()
