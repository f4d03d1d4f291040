"""Who tried to get in and failed stands in the audit log: not each time, and not what was typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.office.access.test_audit import deeds
from tests.office.access.test_second_factor import logged_in, press, second_step, set_up
from tests.office.books import CLERK, PASSWORD, Books

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
ELSEWHERE = "198.51.100.7"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


def failures(books: Books) -> list[tuple[str, str, dict[str, str]]]:
    return [(each.who, each.what, dict(each.about)) for each in deeds(books) if each.what.endswith("_failed")]


def test_a_wrong_password_is_noted_with_whose_it_should_have_been_and_from_where(books, clock):
    books.hire()
    browser = books.browser(ELSEWHERE)
    for _ in range(2):
        assert browser.log_in(CLERK, "a wrong guess").status_code == 401
    said = {"address": ELSEWHERE}
    assert failures(books) == [
        (CLERK, "log_in_failed", {**said, "tries": "1"}),
        (CLERK, "log_in_failed", {**said, "tries": "2"}),
    ]
    browser.log_in()
    browser.log_out()
    browser.log_in(CLERK, "a wrong guess")
    assert failures(books)[2:] == [(CLERK, "log_in_failed", {**said, "tries": "1"})], "counted anew"


def test_what_stands_where_the_name_belongs_is_not_noted(books, clock):
    books.hire()
    books.browser(ELSEWHERE).log_in(PASSWORD, CLERK)
    assert failures(books) == [("", "log_in_failed", {"address": ELSEWHERE, "tries": "1"})]
    assert all(PASSWORD not in str(each) for each in deeds(books))


def test_whoever_guesses_on_and_on_does_not_fill_the_log(books, clock):
    books.hire()
    for n in range(40):
        clock.shift(timedelta(hours=1))
        assert books.browser(f"198.51.100.{n}").log_in(CLERK, "a wrong guess").status_code == 401
    assert [about["tries"] for _who, _what, about in failures(books)] == [
        "1",
        "2",
        "3",
        "4",
        "5",
        "8",
        "16",
        "32",
    ]
    assert "wait_s" not in failures(books)[0][2]
    assert int(failures(books)[-1][2]["wait_s"]) == 60, "it says who has to wait, and how long"


def test_a_wrong_code_and_a_wrong_proof_are_noted(books, clock):
    browser = logged_in(books)
    set_up(books, browser)
    second_step(books, "000000")
    clock.shift(timedelta(minutes=6))
    assert press(browser, "/again", proof="a wrong password").status_code == 401
    assert [each[:2] for each in failures(books)] == [(CLERK, "code_failed")] * 2
    assert [each[2]["tries"] for each in failures(books)] == ["1", "2"]
    assert "prove_again" not in {each.what for each in deeds(books)}, "nothing was proved"
    assert all("a wrong password" not in str(each) for each in deeds(books))
