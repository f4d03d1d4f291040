"""What every picture must keep: sizes, contrast, nothing cut off. Checked on the rendered page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.browser.longer import WORDS
from tests.browser.looking import SIZES, SMALLEST, Size, axe, hang, look, look_at_every_size, look_with_axe
from tests.browser.real import Still, open_staff, still
from tests.browser.states import Case, cases


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, shared_page: Page) -> Iterator[Still]:
    """A real kiosk, so that whatever can be done about an answer has its button on the screen."""
    with still(tmp_path_factory.mktemp("kiosk")) as kiosk:
        open_staff(shared_page, kiosk)
        yield kiosk


# What is looked at all day, and what is widest.
DAILY = ("served", "served-courtesy", "served-huge", "already_served", "needs_photo", "topped_up-repaid")
SHELTERS = ("idle-shelter", "idle-shelter-chosen", "idle-shelter-shut")
CHARGING = (*SHELTERS, "charging_flowing-long", "charging_ended", "phone_joining")
WIDEST = (*DAILY, "idle", "outside_today", "undone-courtesy", "needs_photo-always", *CHARGING)


@pytest.mark.parametrize("words", ["zh", "en-longer"])
def test_display_can_be_read_at_two_metres(gallery: Still, shared_page: Page, words: str) -> None:
    faults = display_faults(gallery, shared_page, {name: cases()[name] for name in WIDEST}, words)
    assert not faults, "\n".join(faults)


# What has room for longer words has room for those that are shown: these are looked at where there is least.
LONGER = ("zh-longer", "en-longer")


@pytest.mark.deep
@pytest.mark.parametrize("words", WORDS)
def test_every_answer_can_be_read_at_two_metres(gallery: Still, shared_page: Page, words: str) -> None:
    sizes = SIZES if words in LONGER else (SMALLEST,)
    faults = display_faults(gallery, shared_page, cases(), words, sizes)
    assert not faults, "\n".join(faults)


def display_faults(
    gallery: Still, page: Page, shown: Mapping[str, Case], words: str, sizes: Iterable[Size] = SIZES
) -> list[str]:
    """What breaks a rule on the elders' screen."""
    faults = []
    with WORDS[words]():
        for name, case in shown.items():
            hang(gallery, case)
            page.goto(gallery.url(f"/display?lang={words.partition('-')[0]}"))
            faults += look_at_every_size(page, f"{name}-{words}", sizes, display=True)
    return faults


SMALL = Size(1024, 600)
COUNTERS = (Size(1280, 800), SMALL)  # most screens that are sold for a counter


@pytest.mark.parametrize("words", ["zh", "en-longer"])
def test_staff_can_be_read_and_touched_with_wet_hands(gallery: Still, shared_page: Page, words: str) -> None:
    """With everything on the screen that can be done about an answer."""
    faults: list[str] = []
    for name in DAILY:
        faults += staff_faults(gallery, shared_page, name, cases()[name], words, COUNTERS)
    assert not faults, "\n".join(faults)


@pytest.mark.deep
@pytest.mark.parametrize("words", WORDS)
def test_staff_can_read_and_touch_every_answer_at_every_size(
    gallery: Still, shared_page: Page, words: str
) -> None:
    """Screens of 800 by 480 are for Chinese as it is: longer words have no room there."""
    small = (SMALLEST,) if words == "zh" else (SMALL,)
    sizes = [size for size in SIZES if size != SMALLEST] if words in LONGER else small
    faults: list[str] = []
    for name, case in cases().items():
        faults += staff_faults(gallery, shared_page, name, case, words, sizes)
    assert not faults, "\n".join(faults)


def staff_faults(
    gallery: Still, page: Page, name: str, case: Case, words: str, sizes: Iterable[Size]
) -> Iterator[str]:
    """What breaks a rule, before the first touch and while a question is open."""
    hang(gallery, case)
    with WORDS[words]():
        page.goto(gallery.url(f"/staff?lang={words.partition('-')[0]}"))
        yield from look_at_every_size(page, f"{name}-{words}", sizes)
        if page.locator(".ask").count():
            page.locator("body[data-live]").wait_for()
            page.locator(".ask").first.click()
            yield from look_at_every_size(page, f"{name}-{words}, asked", sizes)


def test_that_a_visitor_is_not_to_pay_here_is_said_on_the_usual_screens(
    gallery: Still, shared_page: Page
) -> None:
    hang(gallery, cases()["served-visitor"])
    shared_page.goto(gallery.url("/staff"))
    for size in COUNTERS:
        shared_page.set_viewport_size(size.viewport)
        expect(shared_page.locator(".verdict")).to_be_visible()
        assert look(shared_page, "visitor") == []


def test_there_is_room_for_more_services_than_there_are(gallery: Still, shared_page: Page) -> None:
    """A third row of buttons."""
    hang(gallery, cases()["served"])
    shared_page.goto(gallery.url("/staff?lang=en"))
    shared_page.evaluate(MORE_BUTTONS_JS)
    assert look_at_every_size(shared_page, "more buttons", COUNTERS) == []


def test_no_word_of_a_job_is_broken_however_many_jobs_a_site_has(gallery: Still, shared_page: Page) -> None:
    """Few stand beside their drawings, many below them."""
    hang(gallery, cases()["served"])
    shared_page.goto(gallery.url("/staff?lang=en"))
    faults = []
    for count in (9, 8, 7, 6, 5):
        shared_page.evaluate(SO_MANY_JOBS_JS, count)
        faults += look_at_every_size(shared_page, f"{count} jobs", (*COUNTERS, Size(800, 1280)))
    assert faults == []


SO_MANY_JOBS_JS = """(count) => {
  const jobs = document.querySelector(".jobs");
  const longest = [...jobs.children].find((each) => each.textContent.includes("Kitchen"));
  while (jobs.children.length < count) jobs.append(longest.cloneNode(true));
  while (jobs.children.length > count) jobs.lastElementChild.remove();
}"""


MORE_BUTTONS_JS = """() => {
  const actions = document.querySelector(".actions");
  while (actions.children.length < 9) actions.append(actions.lastElementChild.cloneNode(true));
}"""


@pytest.mark.parametrize("path", ["/display", "/staff"])
def test_axe_finds_nothing(gallery: Still, shared_page: Page, path: str) -> None:
    shared_page.set_viewport_size(SIZES[0].viewport)
    faults = []
    for name in (*DAILY, "idle"):
        hang(gallery, cases()[name])
        shared_page.goto(gallery.url(path))
        faults += look_with_axe(shared_page, name)
    assert not faults, "\n".join(faults)


@pytest.mark.deep
@pytest.mark.parametrize("path", ["/display", "/staff"])
def test_axe_finds_nothing_about_any_answer(gallery: Still, shared_page: Page, path: str) -> None:
    shared_page.set_viewport_size(SIZES[0].viewport)
    faults = []
    looked_at: set[str] = set()
    for name, case in cases().items():
        hang(gallery, case)
        shared_page.goto(gallery.url(path))
        built = shared_page.evaluate(BUILT_JS)
        if built not in looked_at:
            looked_at.add(built)
            faults += look_with_axe(shared_page, name)
    assert not faults, "\n".join(faults)


# How a page is built, whatever its texts say. Axe takes longer than loading a page, and would say the same.
BUILT_JS = """() => {
  const kept = ["class", "role", "type", "lang"];
  const told = ({ name, value }) => name + (kept.includes(name) ? `=${value}` : value ? "" : " empty");
  const says = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  const built = (node) => [node.parentElement.localName, node.localName, ...[...node.attributes].map(told)];
  const all = [...document.querySelectorAll("body, body *")];
  return [...new Set(all.map((node) => [...built(node), says(node)].join(" ")))].sort().join();
}"""


def test_the_rules_see_what_is_wrong(page: Page) -> None:
    page.set_content(
        """<body style="background: white"><style>@keyframes blink { to { opacity: 0 } }</style>
        <p style="font-size: 12px">small</p><p style="color: #888">pale</p><button>tiny</button>
        <p style="position: absolute; left: 2000px">away</p>
        <div style="position: relative">below<b style="position: absolute; left: 0">above</b></div>
        <div style="width: 10px; overflow: hidden"><p style="white-space: nowrap">cut off here</p></div>
        <button style="width: 3em; overflow-wrap: anywhere">Kitchens</button>
        <b data-digits>10</b><i style="animation: blink 1s infinite">!</i>"""
    )
    found = " ".join(look(page, "what is wrong", display=True))
    for fault in (
        "text of 12 px",
        "contrast",
        "target of",
        "off the screen",
        "out of its frame",
        "one over the other",
        "a word is broken, Kitchens",
        "digits",
        "anim",
    ):
        assert fault in found


def test_chooser_is_as_good_as_the_rest(gallery: Still, shared_page: Page) -> None:
    shared_page.goto(gallery.url("/"))
    assert look_at_every_size(shared_page, "chooser") == []
    assert axe.run(shared_page).violations_count == 0


@pytest.mark.parametrize("path", ["/display", "/staff"])
def test_a_page_is_light(gallery: Still, page: Page, path: str) -> None:
    hang(gallery, cases()["served"])
    page.goto(gallery.url(path))
    page.locator("body[data-live]").wait_for()
    sizes = page.evaluate("performance.getEntries().map(entry => entry.transferSize || 0)")
    assert sum(sizes) < 150_000
