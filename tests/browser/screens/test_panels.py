"""A job of the staff: opened, typed into, sent once however the kiosk behaves meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Blueprint, render_template_string, request
from playwright.sync_api import Page, Route, expect

from kiosk.web.page.asked import asked_id
from kiosk.web.panel.panels import Panel, add_panel
from tests.browser.counter import Counter, counter
from tests.browser.line import line
from tests.browser.looking import SCREENS, look_closely
from tests.browser.states import served
from tests.ports import free_port

FRAGMENT = """
{% extends "fragments/panel.html" %}
{% block title %}数一数{% endblock %}
{% block body %}
<form data-act method="post" action="{{ url_for('count.counted') }}">
<div class="halves"><div>
<label>金额 <input name="yuan" data-pad inputmode="none" maxlength="4" autofocus></label>
<button class="yes" type="submit">记下</button>{{ forms.failed() }}
<button type="button" data-open="{{ url_for('count.more') }}">还有</button>
</div>{{ forms.pad(".") }}</div>
</form>
{% endblock %}
"""


class Counting(Blueprint):
    """A job that counts what it was told."""

    def __init__(self) -> None:
        super().__init__("count", __name__, url_prefix="/count")
        self.told: list[tuple[str, str]] = []
        self.record_once(lambda state: add_panel(state.app, Panel("count.ask", "数钱", "bowl", 10)))
        self.get("/", endpoint="ask")(lambda: render_template_string(FRAGMENT))
        self.get("/more", endpoint="more")(lambda: "<h2>第二页</h2>")
        self.post("/", endpoint="counted")(self._counted)

    def _counted(self) -> tuple[str, int]:
        self.told.append((request.form["yuan"], asked_id()))
        return ("", 204) if request.form["yuan"] != "0" else ("<p>不能是零</p>", 200)


@contextmanager
def counting(folder: Path, port: int = 0) -> Iterator[tuple[Counter, Counting]]:
    job = Counting()
    with counter(folder, port=port, services=[job]) as kiosk:
        yield kiosk, job


def open_job(page: Page) -> None:
    page.locator("body[data-live]").wait_for()
    page.get_by_role("button", name="数钱").click()
    page.get_by_role("heading", name="数一数").wait_for()


def type_with_keys(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f"[data-key='{key}']").click()


def test_a_job_is_typed_with_wet_fingers_and_sent(tmp_path: Path, page: Page) -> None:
    with counting(tmp_path) as (kiosk, job):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        type_with_keys(page, "12345.")
        page.locator("[data-key=back]").click()
        page.get_by_role("button", name="记下").click()
        expect(page.locator("[data-panel]")).to_be_hidden()
        assert [yuan for yuan, _ in job.told] == ["123"]


def test_what_comes_back_takes_the_place_of_the_question(tmp_path: Path, page: Page) -> None:
    with counting(tmp_path) as (kiosk, _):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        type_with_keys(page, "0")
        page.get_by_role("button", name="记下").click()
        expect(page.locator("[data-panel]")).to_have_text("不能是零")


def test_taps_are_answered_beside_an_open_job(tmp_path: Path, page: Page) -> None:
    with counting(tmp_path) as (kiosk, _):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        kiosk.board.show(served())
        expect(page.locator("aside li").first).to_contain_text("陈桂英")
        expect(page.get_by_role("heading", name="数一数")).to_be_visible()
        page.get_by_role("button", name="还有").click()
        expect(page.get_by_role("heading", name="第二页")).to_be_visible()


def test_a_restart_in_the_middle_keeps_what_was_typed_and_counts_once(tmp_path: Path, page: Page) -> None:
    port = free_port()
    with counting(tmp_path, port) as (kiosk, _):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        type_with_keys(page, "42")
        request_id = page.locator("[data-act]").get_attribute("data-request-id")
    page.locator("[data-lost]").wait_for()
    with counting(tmp_path, port) as (_, job):
        expect(page.locator("[data-lost]")).to_be_hidden()
        page.locator("body[data-live]").wait_for()
        expect(page.locator("[data-pad]")).to_have_value("42")
        page.get_by_role("button", name="记下").click()
        expect(page.locator("[data-panel]")).to_be_hidden()
        assert job.told == [("42", request_id)]


def test_an_act_that_does_not_get_through_says_so_and_counts_once(tmp_path: Path, page: Page) -> None:
    with counting(tmp_path) as (kiosk, job), line(kiosk.port) as wire:
        page.goto(f"http://127.0.0.1:{wire.port}/staff")
        open_job(page)
        type_with_keys(page, "7")
        wire.cut()
        page.get_by_role("button", name="记下").click()
        expect(page.locator(".failed")).to_be_visible()
        wire.mend()
        page.get_by_role("button", name="记下").click()
        expect(page.locator("[data-panel]")).to_be_hidden()
        assert [yuan for yuan, _ in job.told] == ["7"]


# The kiosk did it, and its answer breaks off, once.
BROKEN_ANSWER = """
const text = Response.prototype.text;
let broken = false;
Response.prototype.text = function () {
  if (broken || this.status !== 204) return text.call(this);
  broken = true;
  return Promise.reject(new TypeError("network error"));
};
"""


def test_an_act_whose_answer_breaks_off_says_so_and_is_sent_again_as_the_same(
    tmp_path: Path, page: Page
) -> None:
    page.add_init_script(BROKEN_ANSWER)
    with counting(tmp_path) as (kiosk, job):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        type_with_keys(page, "7")
        page.get_by_role("button", name="记下").click()
        expect(page.locator(".failed")).to_be_visible()
        page.get_by_role("button", name="记下").click()
        expect(page.locator("[data-panel]")).to_be_hidden()
        assert len(job.told) == 2 and len(set(job.told)) == 1


def test_of_two_touches_the_second_is_shown_however_late_the_first_is_answered(
    tmp_path: Path, page: Page
) -> None:
    held: list[Route] = []
    page.route("**/count/more", lambda route: held.append(route))
    with counting(tmp_path) as (kiosk, _):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        with page.expect_request("**/count/more"):
            page.get_by_role("button", name="还有").click()
        page.locator("[data-close]").click()
        with page.expect_response("**/count/more"):
            held[0].continue_()
        open_job(page)
        type_with_keys(page, "5")
        expect(page.locator("[data-pad]")).to_have_value("5")


@SCREENS
def test_a_job_can_be_read_and_touched(tmp_path: Path, page: Page) -> None:
    with counting(tmp_path) as (kiosk, _):
        page.goto(kiosk.url("/staff"))
        open_job(page)
        assert look_closely(page, "job") == []
