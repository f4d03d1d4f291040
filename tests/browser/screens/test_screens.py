"""What people see happen: a tap, the way back, a second portion, a lost kiosk, two screens at once."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, Page, Route, expect

from kiosk.common.board import Board
from tests.browser.counter import Counter, counter
from tests.browser.line import line
from tests.browser.states import CHEN, NOON, cases, outcomes, served, standing
from tests.ports import free_port
from tests.stories.town import until


def open_page(page: Page, kiosk: Counter, path: str) -> Page:
    """Open a screen and wait until it follows the board."""
    page.goto(kiosk.url(path))
    page.locator("body[data-live]").wait_for()
    return page


def test_a_tap_shows_on_both_screens(browser: Browser, page: Page, kiosk: Counter) -> None:
    staff = open_page(browser.new_page(), kiosk, "/staff")
    display = open_page(page, kiosk, "/display")
    expect(display.locator(".ask")).to_have_text("请刷卡")
    kiosk.board.show(served())
    expect(display.locator(".who")).to_have_text("陈桂英 奶奶")
    expect(display.locator("[data-digits]")).to_have_text("10")
    expect(display.locator(".facts")).to_contain_text("85")
    expect(staff.locator(".about")).to_contain_text("82 岁")
    expect(staff.locator(".diet")).to_contain_text("少盐")
    expect(staff.locator("aside li")).to_have_count(1)
    staff.close()


def test_the_display_tells_nothing_but_name_and_money(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/display")
    kiosk.board.show(served())
    expect(page.locator(".who")).to_be_visible()
    shown = page.locator("body").inner_html()
    assert not [word for word in ("82", "号楼", "少盐", "高龄", "/photo/") if word in shown]


# What the page said last, for whoever looks when it is gone.
REMEMBER = """addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const said = document.querySelector(".message h2");
  if (said) document.body.dataset.said = said.textContent;
}).observe(document.body, { childList: true, subtree: true }))"""


def test_the_display_goes_back_to_waiting_and_staff_keep_the_last_answer(
    browser: Browser, page: Page, tmp_path: Path
) -> None:
    page.add_init_script(REMEMBER)
    with counter(tmp_path, hold_s=0.4) as kiosk:
        staff = open_page(browser.new_page(), kiosk, "/staff")
        open_page(page, kiosk, "/display")
        kiosk.board.show(outcomes()["already_served"])
        expect(page.locator("body")).to_have_attribute("data-said", "午餐已经打过了")
        expect(page.locator(".ask")).to_have_text("请刷卡")
        expect(staff.locator(".notice")).to_contain_text("11:20")
        staff.close()


def test_each_screen_speaks_its_own_language(browser: Browser, page: Page, kiosk: Counter) -> None:
    english = open_page(browser.new_page(), kiosk, "/display?lang=en")
    open_page(page, kiosk, "/display")
    kiosk.board.show(outcomes()["already_served"])
    expect(english.locator(".message h2")).to_have_text("Lunch already served")
    expect(page.locator(".message h2")).to_have_text("午餐已经打过了")
    english.close()


def test_the_counter_changes_under_the_screens(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/display")
    kiosk.board.stand(standing(trouble="journal_damaged"))
    expect(page.locator(".message h2")).to_have_text("刷卡暂停")
    kiosk.board.stand(standing(reader_ready=False))
    expect(page.locator(".message h2")).to_have_text("读卡器还没好")
    kiosk.board.stand(standing(reader_ready=None))
    expect(page.locator(".ask")).to_have_text("请扫码")
    kiosk.board.stand(standing(meal="", meal_name={"zh": "晚餐"}, opens="16:30"))
    expect(page.locator(".opens")).to_have_text("16:30")


def test_a_second_portion_takes_two_touches(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/staff")
    kiosk.board.show(served())
    page.locator(".ask").click()
    expect(page.locator(".yes")).to_contain_text("15 元")
    expect(page.locator(".yes")).to_contain_text("陈桂英")
    assert kiosk.desk.asked == []
    page.locator(".yes").click()
    expect(page.locator(".verdict")).to_contain_text("第二份")
    assert [resident for resident, _ in kiosk.desk.asked] == [CHEN.resident_id]


def test_no_is_one_touch_and_asks_nobody(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/staff")
    kiosk.board.show(served())
    page.locator(".ask").click()
    page.locator(".no").click()
    expect(page.locator(".ask")).to_be_visible()
    expect(page.locator(".confirm")).to_be_hidden()
    assert kiosk.desk.asked == []


# The page's own timers keep their order however late they are: the second half comes before the guard ends.
TOUCH_TWICE = """async () => {
  document.querySelector(".ask").click();
  await new Promise((resolve) => setTimeout(resolve, 100));
  document.querySelector(".yes").click();
}"""


def test_a_double_touch_buys_nothing(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/staff")
    kiosk.board.show(served())
    expect(page.locator(".ask")).to_be_visible()
    page.evaluate(TOUCH_TWICE)
    expect(page.locator(".yes")).to_be_enabled()
    assert kiosk.desk.asked == []


def test_the_next_card_takes_the_question_away(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/staff")
    kiosk.board.show(served())
    page.locator(".ask").click()
    kiosk.board.show(served(msgspec.structs.replace(CHEN, resident_id=9, name="赖水生")))
    expect(page.locator(".about h2")).to_contain_text("赖水生")
    expect(page.locator(".confirm")).to_be_hidden()


def test_a_touch_that_got_lost_is_sent_again_as_the_same(page: Page, kiosk: Counter) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(_request_id(route.request.post_data or ""))
        route.abort()

    open_page(page, kiosk, "/staff")
    kiosk.board.show(served())
    page.route("**/canteen/second-portion", lose, times=2)
    page.locator(".ask").click()
    for _ in range(2):
        page.locator(".yes").click()
        expect(page.locator(".failed")).to_be_visible()
        expect(page.locator(".yes")).to_be_enabled()
    page.locator(".yes").click()
    expect(page.locator(".verdict")).to_contain_text("第二份")
    assert [*lost, *(request_id for _, request_id in kiosk.desk.asked)] == [lost[0]] * 3


def _request_id(form: str) -> str:
    found = re.search(r'request_id"?\s*(?:=|\r\n\r\n)([0-9A-Za-z-]+)', form)
    assert found is not None, form
    return found[1]


def test_a_lost_kiosk_is_said_and_comes_back_without_the_person_before(page: Page, tmp_path: Path) -> None:
    port = free_port()
    with counter(tmp_path, port=port) as kiosk:
        open_page(page, kiosk, "/display")
        kiosk.board.show(served())
        expect(page.locator(".who")).to_be_visible()
    expect(page.locator("[data-lost]")).to_be_visible()
    with counter(tmp_path, port=port, board=Board(standing(meal="", opens="16:30"))):
        expect(page.locator("[data-lost]")).to_be_hidden()
        expect(page.locator(".opens")).to_have_text("16:30")
        expect(page.locator(".who")).to_have_count(0)


def test_a_kiosk_that_comes_back_and_is_gone_again_leaves_no_dead_page(page: Page, tmp_path: Path) -> None:
    port = free_port()
    with counter(tmp_path, port=port) as kiosk:
        open_page(page, kiosk, "/display")
    tried: list[str] = []

    def gone_again(route: Route) -> None:
        tried.append(route.request.method)
        route.abort("connectionrefused")

    page.route("**/display", gone_again)
    with counter(tmp_path, port=port, board=Board(standing(meal="", opens="16:30"))):
        until("the page asked for itself", lambda: page.title() and tried)
        page.unroute("**/display")
        expect(page.locator("[data-lost]")).to_be_hidden()
        expect(page.locator(".opens")).to_have_text("16:30")
        page.locator("body[data-live]").wait_for()


def test_a_cut_line_is_said_and_mends_by_itself(page: Page, kiosk: Counter) -> None:
    with line(kiosk.port) as cable:
        page.goto(f"http://127.0.0.1:{cable.port}/staff")
        page.locator("body[data-live]").wait_for()
        page.evaluate("window.sameStart = true")
        cable.cut()
        expect(page.locator("[data-lost]")).to_be_visible()
        assert page.evaluate("document.querySelector('[data-part=now]').inert") is True
        kiosk.board.show(served())
        cable.mend()
        expect(page.locator("[data-lost]")).to_be_hidden()
        expect(page.locator(".about h2")).to_contain_text("陈桂英")
        assert page.evaluate("window.sameStart") is True
        page.close()


def test_a_name_is_only_a_name(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/display")
    kiosk.board.show(served(msgspec.structs.replace(CHEN, name="<img src=x onerror=alert(1)>")))
    expect(page.locator(".who")).to_contain_text("<img src=x")
    assert page.locator(".who img").count() == 0


def test_the_voice_says_the_amount_first_and_stops_for_the_next(page: Page, kiosk: Counter) -> None:
    heard = """
      window.heard = [];
      const { start, stop } = AudioBufferSourceNode.prototype;
      AudioBufferSourceNode.prototype.start = function (at) { heard.push(at); start.call(this, at); };
      AudioBufferSourceNode.prototype.stop = function () { heard.push("stop"); stop.call(this); };
    """
    asked: list[str] = []
    page.add_init_script(heard)
    page.on("request", lambda request: asked.extend(re.findall(r"/voice/(\w+)\.wav", request.url)))
    kiosk.voice.mkdir()
    for name in ("you_pay", "ten", "yuan", "subsidy", "n5", "balance", "n8", "enjoy", "card_again"):
        (kiosk.voice / f"{name}.wav").write_bytes(a_second_of_silence())
    open_page(page, kiosk, "/display")
    kiosk.board.show(served())
    starts = wait_for_sounds(page, 12)
    assert asked[:3] == ["you_pay", "ten", "yuan"]
    gaps = [round(later - earlier, 3) for earlier, later in pairwise(starts)]
    assert gaps == [1.0, 1.0, 1.15, 1.0, 1.0, 1.15, 1.0, 1.0, 1.0, 1.0, 1.15]  # each phrase runs on
    kiosk.board.show(outcomes()["card_unreadable"])
    assert wait_for_sounds(page, 12 + 12 + 1).count("stop") == 12


def test_without_a_voice_the_screen_works_all_the_same(page: Page, kiosk: Counter) -> None:
    open_page(page, kiosk, "/display")
    with page.expect_response(lambda answer: "/voice/" in answer.url) as answer:
        kiosk.board.show(served())
    assert answer.value.status == 404
    kiosk.board.show(outcomes()["card_unreadable"])
    expect(page.locator(".message h2")).to_have_text("请再刷一次")


def test_many_screens_follow_at_once(browser: Browser, kiosk: Counter) -> None:
    context = browser.new_context()
    pages = [context.new_page() for _ in range(5)]
    for one in pages:
        open_page(one, kiosk, "/display")
    assert context.request.get(kiosk.url("/healthz")).ok
    kiosk.board.stand(msgspec.structs.replace(NOON, dishes=("面条",)))
    for one in pages:
        expect(one.locator(".menu ul")).to_have_text("面条")
    context.close()


def wait_for_sounds(page: Page, count: int) -> list[float | str]:
    """What was started, by time, and stopped, once there have been so many."""
    look = "look = () => heard.length < count ? requestAnimationFrame(look) : done(heard)"
    return page.evaluate(f"count => new Promise(done => {{ const {look}; look(); }})", count)


def a_second_of_silence() -> bytes:
    rate = 8000
    header = b"RIFF" + (36 + 2 * rate).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    form = b"".join(
        number.to_bytes(size, "little")
        for number, size in ((1, 2), (1, 2), (rate, 4), (2 * rate, 4), (2, 2), (16, 2))
    )
    return header + form + b"data" + (2 * rate).to_bytes(4, "little") + bytes(2 * rate)


def test_staff_say_which_meal_it_is_with_two_touches(page: Page, kiosk: Counter) -> None:
    kiosk.board.stand(cases()["idle-clock"].standing)
    open_page(page, kiosk, "/staff")
    page.get_by_role("button", name="后一天").click()
    expect(page.locator(".day b")).to_have_text("2025年6月13日星期五")
    kiosk.board.show(outcomes()["clock_uncertain"])  # somebody taps meanwhile: nothing moves under the finger
    expect(page.locator("aside li")).to_have_count(1)
    page.get_by_role("button", name="午餐").click()
    yes = page.get_by_role("button", name="对，现在是午餐 2025年6月13日星期五")
    yes.click()
    expect(yes).to_be_hidden()
    assert kiosk.desk.meals == [(date(2025, 6, 13), "lunch")]
    kiosk.board.stand(NOON)
    expect(page.locator(".clock-question")).to_have_count(0)
