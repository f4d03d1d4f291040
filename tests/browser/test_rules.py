"""What every picture must keep: sizes, contrast, nothing cut off. Checked on the rendered page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from kiosk.board import Board

from .counter import Counter, counter
from .longer import longer_words
from .looking import SIZES, axe, hang, look, look_at_every_size, look_with_axe
from .states import NOON, cases


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with counter(tmp_path_factory.mktemp("kiosk"), board=Board(NOON)) as started:
        yield started


@pytest.mark.parametrize("language", ["zh", "en"])
def test_display_can_be_read_at_two_metres(gallery: Counter, shared_page: Page, language: str) -> None:
    faults = []
    for name, case in cases().items():
        hang(gallery, case)
        shared_page.goto(gallery.url(f"/display?lang={language}"))
        faults += look_at_every_size(shared_page, name, display=True)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_display_holds_words_that_are_longer(gallery: Counter, shared_page: Page, language: str) -> None:
    faults = []
    with longer_words():
        for name, case in cases().items():
            hang(gallery, case)
            shared_page.goto(gallery.url(f"/display?lang={language}"))
            faults += look_at_every_size(shared_page, name, display=True)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_staff_can_be_read_and_touched_with_wet_hands(
    gallery: Counter, shared_page: Page, language: str
) -> None:
    faults = []
    for name, case in cases().items():
        hang(gallery, case)
        shared_page.goto(gallery.url(f"/staff?lang={language}"))
        faults += look_at_every_size(shared_page, name)
        if shared_page.locator(".ask").count():
            shared_page.locator("body[data-live]").wait_for()
            shared_page.locator(".ask").first.click()
            faults += look_at_every_size(shared_page, f"{name}, asked")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", ["/display", "/staff"])
def test_axe_finds_nothing(gallery: Counter, shared_page: Page, path: str) -> None:
    shared_page.set_viewport_size(SIZES[0].viewport)
    faults = []
    for name, case in cases().items():
        hang(gallery, case)
        shared_page.goto(gallery.url(path))
        faults += look_with_axe(shared_page, name)
    assert not faults, "\n".join(faults)


def test_the_rules_see_what_is_wrong(page: Page) -> None:
    page.set_content(
        """<body style="background: white"><style>@keyframes blink { to { opacity: 0 } }</style>
        <p style="font-size: 12px">small</p><p style="color: #888">pale</p><button>tiny</button>
        <p style="position: absolute; left: 2000px">away</p>
        <div style="width: 10px; overflow: hidden"><p style="white-space: nowrap">cut off here</p></div>
        <b data-digits>10</b><i style="animation: blink 1s infinite">!</i>"""
    )
    found = " ".join(look(page, "what is wrong", display=True))
    for fault in (
        "text of 12 px",
        "contrast",
        "target of",
        "off the screen",
        "out of its frame",
        "digits",
        "anim",
    ):
        assert fault in found


def test_chooser_is_as_good_as_the_rest(gallery: Counter, shared_page: Page) -> None:
    shared_page.goto(gallery.url("/"))
    assert look_at_every_size(shared_page, "chooser") == []
    assert axe.run(shared_page).violations_count == 0


@pytest.mark.parametrize("path", ["/display", "/staff"])
def test_a_page_is_light(gallery: Counter, page: Page, path: str) -> None:
    hang(gallery, cases()["served"])
    page.goto(gallery.url(path))
    page.locator("body[data-live]").wait_for()
    sizes = page.evaluate("performance.getEntries().map(entry => entry.transferSize || 0)")
    assert sum(sizes) < 150_000
