"""Whoever guesses passwords waits ever longer, and keeps neither clerks nor the office from their work."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
import time_machine
from argon2 import PasswordHasher
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from sync.office.console.door import logging_in
from sync.office.console.door.lane import Lane, LaneFull
from sync.office.people import clerks, secret_hashes
from sync.office.store import database
from sync.office.store.database import writing
from tests.office.books import CLERK, PASSWORD, Books, Browser, open_books
from tests.waiting import PATIENCE_S

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
FREE = 5  # guesses at one name from one place
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def a_clerk(books: Books) -> None:
    books.hire()


def guess(browser: Browser, times: int, name: str = CLERK) -> list[int]:
    return [browser.log_in(name, "a wrong guess").status_code for _ in range(times)]


def test_each_guess_doubles_the_wait(books):
    with time_machine.travel(NOON, tick=False) as clock:
        browser = books.browser(ELSEWHERE)
        assert guess(browser, FREE) == [401] * FREE
        for wait_s in (1, 2, 4, 8, 16):
            refused = browser.log_in()  # not even the right one
            assert (refused.status_code, refused.headers.get("Retry-After")) == (429, str(wait_s))
            assert f"请过 {wait_s} 秒再试" in refused.get_data(as_text=True)
            clock.shift(timedelta(seconds=wait_s))
            assert guess(browser, 1) == [401]
        clock.shift(timedelta(seconds=32))
        assert browser.log_in().status_code == 302
        assert guess(books.browser(ELSEWHERE), FREE) == [401] * FREE  # slips, since the right one came


def test_the_wait_is_told_in_minutes_and_ends_at_a_quarter_of_an_hour(books):
    with time_machine.travel(NOON, tick=False) as clock:
        browser = books.browser(ELSEWHERE)
        for _ in range(FREE + 12):
            guess(browser, 1)
            clock.shift(timedelta(minutes=15))
        guess(browser, 1)
        assert "请过 15 分钟再试" in browser.log_in().get_data(as_text=True)
        page = browser.post(
            "/login?lang=en", {"username": CLERK, "password": "x", "csrf_token": browser.token()}
        )
        assert "Please wait 15 minutes." in page.get_data(as_text=True)


def test_a_clock_that_was_ahead_keeps_nobody_out(books):
    with time_machine.travel(NOON + timedelta(days=300), tick=False) as clock:
        browser = books.browser(ELSEWHERE)
        assert guess(browser, FREE + 1) == [401] * FREE + [429]
        clock.move_to(NOON)
        browser = books.browser(ELSEWHERE)
        assert guess(browser, FREE + 1) == [401] * FREE + [429]  # counted anew
        clock.shift(timedelta(seconds=1))
        assert browser.log_in().status_code == 302


def test_a_stranger_does_not_keep_the_clerk_out(books):
    """Neither at the desk where the clerk has been before, nor at another address."""
    desk = books.browser(HOME)
    desk.log_in()
    desk.log_out()
    assert guess(books.browser(ELSEWHERE), FREE + 3) == [401] * FREE + [429] * 3
    assert guess(books.browser(HOME), FREE + 3) == [401] * FREE + [429] * 3  # next door, the same address
    assert desk.log_in().status_code == 302
    assert books.browser("203.0.113.9").log_in().status_code == 302


def test_many_places_together_are_not_quicker(books):
    with time_machine.travel(NOON, tick=False):
        answers = [guess(books.browser(f"198.51.100.{n}"), 1)[0] for n in range(30)]
    assert answers == [401] * 20 + [429] * 10


def test_one_place_does_not_try_many_names(books):
    with time_machine.travel(NOON, tick=False):
        browser = books.browser(ELSEWHERE)
        answers = [guess(browser, 1, f"name{n}")[0] for n in range(35)]
        assert answers == [401] * 30 + [429] * 5
        assert books.browser(HOME).log_in().status_code == 302


def test_a_household_is_one_place_whatever_its_addresses(books):
    with time_machine.travel(NOON, tick=False):
        answers = [guess(books.browser(f"2001:db8::{n}"), 1)[0] for n in range(FREE + 1)]
        assert answers == [401] * FREE + [429]


def test_a_name_in_other_letters_is_no_way_around(books):
    with time_machine.travel(NOON, tick=False):
        browser = books.browser(ELSEWHERE)
        guess(browser, FREE)
        assert guess(browser, 1, CLERK.upper()) == [429]


def test_a_known_browser_that_guesses_is_a_stranger_again(books):
    with time_machine.travel(NOON, tick=False):
        desk = books.browser(HOME)
        desk.log_in()
        desk.log_out()
        answers = guess(desk, 10 + FREE + 1)
        assert answers == [401] * (10 + FREE) + [429]


def test_another_clerks_browser_is_not_known(books):
    books.hire("li", "another password")
    with time_machine.travel(NOON, tick=False):
        desk = books.browser(HOME)
        desk.log_in()
        assert guess(desk, FREE + 1, "li") == [401] * FREE + [429]


def test_behind_a_web_server_each_client_is_counted_by_itself(books):
    """`proxies` is 1 where the office listens on this machine alone."""
    with time_machine.travel(NOON, tick=False):
        assert guess(books.browser(x_forwarded_for=ELSEWHERE), FREE + 1) == [401] * FREE + [429]
        forged = f"{HOME}, {ELSEWHERE}"  # what the client wrote stands before what the server wrote
        assert guess(books.browser(x_forwarded_for=forged), 1) == [429]
        assert guess(books.browser(x_forwarded_for=HOME), 1) == [401]


def test_without_one_nobody_names_their_own_address(tmp_path):
    with open_books(tmp_path / "bare", proxies=0) as bare, time_machine.travel(NOON, tick=False):
        bare.hire()
        answers = [guess(bare.browser(ELSEWHERE, x_forwarded_for=f"192.0.2.{n}"), 1)[0] for n in range(6)]
        assert answers == [401] * FREE + [429]


def test_many_at_once_get_no_more_guesses(on_both):
    """On both databases, over two processes that share one."""
    on_both.hire()
    with open_books(on_both.office.settings.data, on_both.office.settings.database) as other:
        browsers = [each.browser(ELSEWHERE) for each in (on_both, other) for _ in range(6)]
        answers: list[int] = []
        threads = [
            threading.Thread(target=lambda each=each: answers.extend(guess(each, 1))) for each in browsers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers.count(401) == FREE
        assert set(answers) == {401, 429}


def test_processes_share_sessions(on_both):
    on_both.hire()
    with open_books(on_both.office.settings.data, on_both.office.settings.database) as other:
        here, there = on_both.browser(), other.browser()
        here.log_in()
        there.client._cookies = here.client._cookies
        assert there.get("/").status_code == 200
        here.log_out()
        assert there.get("/").status_code == 302


def test_the_database_is_free_while_a_password_is_looked_at(books, monkeypatch):
    written = []

    class Slow(PasswordHasher):
        def verify(self, *words: Any) -> bool:
            with writing(books.office.engine) as connection:
                written.append(connection.exec_driver_sql("SELECT 1").scalar())
            return super().verify(*words)

    monkeypatch.setattr(secret_hashes, "hasher", Slow(time_cost=1, memory_cost=16, parallelism=1))
    assert books.browser().log_in().status_code == 302
    assert books.browser().log_in(password="a wrong guess").status_code == 401
    assert written == [1, 1]


def test_whoever_finds_the_door_full_is_told_so(books, monkeypatch):
    """And whoever is known there gets in meanwhile."""
    desk = books.browser(HOME)
    desk.log_in()
    looking, go_on = threading.Event(), threading.Event()
    prove = clerks.prove

    def slow(clerk: clerks.Clerk | None, password: str) -> clerks.Clerk | None:
        if password != PASSWORD:
            looking.set()
            go_on.wait(PATIENCE_S)
        return prove(clerk, password)

    monkeypatch.setattr(clerks, "prove", slow)
    monkeypatch.setattr(logging_in, "STRANGERS_ROOM", 1)
    with open_books(books.office.settings.data) as narrow:
        first = threading.Thread(target=lambda: guess(narrow.browser(ELSEWHERE), 1))
        first.start()
        looking.wait(PATIENCE_S)
        refused = narrow.browser("203.0.113.9").log_in()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
        assert "现在登录的人太多" in refused.get_data(as_text=True)
        known = narrow.browser(HOME)
        known.client._cookies = desk.client._cookies
        assert known.log_in().status_code == 302
        go_on.set()
        first.join()


def test_a_lane_serves_one_at_a_time():
    lane = Lane(room=2)
    with lane.enter():
        waiting = threading.Thread(target=lambda: lane.enter().__enter__())
        waiting.start()
        while lane._room._value:
            waiting.join(0.01)
        with pytest.raises(LaneFull), lane.enter():
            pass
    waiting.join()


def test_a_database_that_is_busy_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "WAIT_FOR_WRITER_S", 0.05)
    with open_books(tmp_path / "busy") as busy:
        busy.hire()
        browser = busy.browser()
        token = browser.token()
        with writing(busy.office.engine):
            form = {"username": CLERK, "password": PASSWORD, "csrf_token": token}
            refused = browser.post("/login", form)
        assert refused.status_code == 503
        assert "系统正忙" in refused.get_data(as_text=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="/\\\t\n\r .:?#%ae中\x00\x85\u2028", max_size=10).map(lambda text: "/" + text))
def test_wherever_the_login_was_asked_to_lead_it_stays_here(books, wanted):
    browser = books.browser()
    token = browser.token()
    answer = browser.client.post(
        "/login",
        query_string={"next": wanted},
        data={"username": CLERK, "password": PASSWORD, "csrf_token": token},
        base_url="https://office.test",
        headers={"Referer": "https://office.test"},
    )
    assert answer.status_code == 302
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))


def can_be_sent(address: str) -> bool:
    """The test's own client takes what follows `//` for a host, and may find it no name."""
    try:
        EnvironBuilder(path=address, base_url="https://office.test").close()
    except UnicodeError:
        return False
    return True


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/", "/sales", "//", "/residents/1", "/meals.csv", "/login", "/console/static/"]),
    st.text(alphabet="/\\\t\n\r .:?#%=&ae中\x00\x85\u2028", max_size=10),
)
def test_no_address_leads_a_stranger_elsewhere_or_to_an_error(books, path, rest):
    address = path + quote(rest, safe="/?=&")
    assume(can_be_sent(address))
    answer = books.browser().client.get(address, base_url="https://office.test")
    assert answer.status_code < 500
    here = urlsplit(urljoin("https://office.test/", answer.headers.get("Location", "/")))
    assert here.netloc == "office.test"
