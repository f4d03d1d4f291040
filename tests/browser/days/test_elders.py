"""What elders see and hear: how they stand, once more and slowly, a birthday, nothing to the whole room."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk import tap as tap_loop
from kiosk.common.clock import DEFAULT_TIME_ZONE
from kiosk.ledger.accounts import own_money
from sync.demo.people import HERE
from tests.browser.counter import Counter
from tests.browser.line import line
from tests.browser.real import Place, open_staff, place
from tests.browser.screens.test_screens import open_page, wait_for_sounds
from tests.browser.states import served, standing
from tests.factories import WORDS
from tests.stories.town import OPENING_FEN, today
from tests.unit.kiosk.services.canteen.test_canteen import balance
from tests.unit.kiosk.web.voice.test_recordings import record

LISTEN = """
  window.heard = [];
  window.gains = [];
  const { start } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (at) { heard.push(at); start.call(this, at); };
  const Gain = window.GainNode;
  window.GainNode = class extends Gain {
    constructor(context, options) { super(context, options); gains.push(options.gain); }
  };
"""


@pytest.fixture(scope="module")
def hums(canteen: Place) -> Place:
    """The canteen with a voice: every clip is a short hum."""
    for name in WORDS.clips:
        record(canteen.station.folder / "store" / "voice" / f"{name}.wav", seconds=0.01)
    return canteen


PLAYED = "performance.getEntriesByType('resource').map(each => each.name)"


def books_fen(canteen: Place, resident_id: int) -> tuple[int, int]:
    """What a resident has by the kiosk's journal and by the office's books."""
    here = OPENING_FEN + balance(canteen.kiosk.counter(), own_money(resident_id))
    canteen.sync()
    return here, canteen.office.balance_fen(own_money(resident_id))


def publish(canteen: Place, change: Callable[[dict[str, Any]], None]) -> None:
    """The office changes what it knows, and the kiosk hears of it."""
    path = canteen.office.folder / "people.json"
    file = json.loads(path.read_text())
    change(file)
    path.write_text(json.dumps(file))
    canteen.office.command("import", str(path))
    canteen.sync()


def born_today(resident_id: int) -> Callable[[dict[str, Any]], None]:
    def change(file: dict[str, Any]) -> None:
        who = next(each for each in file["residents"] if each["id"] == resident_id)
        who["born"] = today().replace(year=today().year - 80).isoformat()

    return change


def closed_now(file: dict[str, Any]) -> None:
    """One meal a day, which ended a moment ago."""
    now = datetime.now(ZoneInfo(DEFAULT_TIME_ZONE))
    hours = {"opens": "00:00:00", "closes": "00:00:01"}
    if now < now.replace(hour=0, minute=1):
        hours = {"opens": "23:00:00", "closes": "23:30:00"}
    site = next(each for each in file["sites"] if each["name"] == HERE)
    site["meals"] = [site["meals"][0] | hours]


def open_display(page: Page, address: str) -> None:
    page.add_init_script(LISTEN)
    page.goto(address)
    page.locator("body[data-live]").wait_for()


def test_a_birthday_is_greeted_once_aloud_and_seen_by_the_staff(hums: Place, page: Page) -> None:
    publish(hums, born_today(1045))
    with line(hums.port) as cable:
        open_display(page, f"http://127.0.0.1:{cable.port}/display")
        hums.tap(hums.card(1045))
        expect(page.locator(".words")).to_contain_text("祝您生日快乐")
        said = len(wait_for_sounds(page, 8))
        assert page.evaluate(f"{PLAYED}.some(name => name.endsWith('/birthday.wav'))")
        cable.cut()
        expect(page.locator("[data-lost]")).to_be_visible()
        hums.tap(hums.card(1050))
        cable.mend()
        expect(page.locator("[data-lost]")).to_be_hidden()
        expect(page.locator(".words")).not_to_contain_text("生日")
        assert len(page.evaluate("heard")) == said  # what was said while it was away is not said later
        page.close()
    greeted = hums.kiosk.board.recent[1].result
    assert greeted.birthday
    assert books_fen(hums, 1045) == (OPENING_FEN - greeted.own_fen,) * 2


def test_staff_are_told_of_a_birthday(hums: Place, page: Page) -> None:
    publish(hums, born_today(1051))
    open_staff(page, hums)
    hums.tap(hums.card(1051))
    expect(page.locator(".birthday")).to_have_text("今天生日")
    shown = page.locator(".person").inner_text()
    assert str(today().year - 80) not in shown


def test_once_more_and_slowly_takes_nothing(hums: Place, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tap_loop, "BOUNCE_MS", 0)  # this is no slip of the hand, however quick the test is,
    monkeypatch.setattr(tap_loop, "ANSWER_S", 60.0)  # and the answer still stands, however slow
    open_display(page, hums.url("/display"))
    hums.tap(hums.card(1054))
    expect(page.locator("[data-digits]")).to_be_visible()
    said = len(wait_for_sounds(page, 7))
    paid_fen = hums.kiosk.board.recent[0].result.own_fen
    hums.badge("li")  # so the reader has seen that the card was away
    hums.tap(hums.card(1054))
    expect(page.locator(".words")).to_have_text("没有再扣钱")
    expect(page.locator(".when")).to_have_text("再说一遍")
    wait_for_sounds(page, said + 9)
    assert page.evaluate(f"{PLAYED}.some(name => name.endsWith('/slow/once_more.wav'))")
    assert hums.kiosk.board.recent[0].code == "served"
    assert books_fen(hums, 1054) == (OPENING_FEN - paid_fen,) * 2  # asked last: an answer stands six seconds


def test_staff_have_it_said_once_more_with_one_touch(hums: Place, browser: Browser, page: Page) -> None:
    display = browser.new_page()
    display.goto(hums.url("/display"))
    display.locator("body[data-live]").wait_for()
    open_staff(page, hums)
    hums.tap(hums.card(1060))
    expect(page.locator(".verdict")).to_contain_text("第一份")
    before, answers = books_fen(hums, 1060), len(hums.kiosk.board.recent)
    page.get_by_role("button", name="再慢说一遍").click()
    expect(display.locator(".words")).to_have_text("没有再扣钱")
    expect(page.locator(".verdict")).to_have_text("没有再扣钱")
    assert len(hums.kiosk.board.recent) == answers
    assert books_fen(hums, 1060) == before
    display.close()


def test_between_meals_a_tap_tells_the_balance_of_the_books_and_the_last_meals(
    tmp_path_factory: pytest.TempPathFactory, page: Page
) -> None:
    with place(tmp_path_factory.mktemp("closed")) as canteen:
        canteen.tap(canteen.card(1003))
        paid_fen = canteen.kiosk.board.recent[0].result.own_fen
        publish(canteen, closed_now)
        canteen.tap(canteen.card(1006))  # somebody else meanwhile
        open_page(page, canteen, "/display")  # type: ignore[arg-type]
        before = books_fen(canteen, 1003)
        canteen.tap(canteen.card(1003))
        expect(page.locator(".panel")).to_contain_text("没有扣钱")
        assert books_fen(canteen, 1003) == before == (OPENING_FEN - paid_fen,) * 2
        expect(page.locator(".account dl")).to_contain_text(f"{before[1] / 100:g} 元")
        expect(page.locator(".meals li")).to_have_count(1)
        expect(page.locator(".meals li")).to_contain_text("今天")
        expect(page.locator(".meals li")).to_contain_text(f"{paid_fen / 100:g} 元")
        assert canteen.kiosk.board.recent[0].code == "outside_meal_hours"


@pytest.mark.parametrize(
    ("local_time", "balance_fen", "gains"),
    [
        ("11:42", 8500, [1, 1, 1, 1]),
        ("19:30", 8500, [0.5, 0.5, 0.5, 0.5]),
        ("11:42", 1500, [1, 1, 0.5, 0.5]),
        ("06:50", -500, [0.5, 0.5, 0.25, 0.25]),
    ],
)
def test_the_voice_keeps_to_the_hour_and_money_that_is_short_to_itself(
    page: Page, kiosk: Counter, local_time: str, balance_fen: int, gains: list[float]
) -> None:
    for name in WORDS.clips:
        record(kiosk.voice / f"{name}.wav", seconds=0.01)
    kiosk.board.stand(standing(local_time=local_time))
    open_display(page, kiosk.url("/display"))
    kiosk.board.show(served(balance_fen=balance_fen))
    wait_for_sounds(page, 9)
    assert page.evaluate("gains") == gains


def test_nothing_moves_for_those_who_ask_for_none(page: Page, kiosk: Counter) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_page(page, kiosk, "/display")
    kiosk.board.show(served())
    expect(page.locator("[data-digits]")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0
