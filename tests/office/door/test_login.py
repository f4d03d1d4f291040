"""Who gets in, for how long, and what happens to those who guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher

from kiosk.plain.refusals import Refusal
from sync.office.people import clerk_sessions, clerks, secret_hashes
from sync.office.serving.housekeeping import keep_house
from sync.office.store import tables
from sync.office.store.database import reading, writing
from tests.office.books import CLERK, PASSWORD, Books

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_clerk(books: Books) -> None:
    books.hire()


def test_a_clerk_gets_in_and_out(books):
    browser = books.browser()
    answer = browser.log_in()
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.get("/").status_code == 200
    assert browser.log_out().location == "/login"
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(("name", "password"), [(CLERK, "wrong"), ("nobody", PASSWORD), ("a\0b", PASSWORD)])
def test_wrong_name_or_password(books, name, password):
    browser = books.browser()
    answer = browser.log_in(name, password)
    assert answer.status_code == 401
    assert "用户名或密码不对" in answer.get_data(as_text=True)
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("", "", {"username": "请输入用户名。", "password": "请输入密码。"}),
        (CLERK, "", {"password": "请输入密码。"}),
        ("x" * 41, PASSWORD, {"username": "太长了。"}),
    ],
)
def test_what_is_missing_is_said_at_its_field(books, name, password, said):
    answer = books.browser().log_in(name, password)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert page.count('class="wrong"') == len(said)
    for field, words in said.items():
        assert f'<span class="wrong" id="wrong-{field}" role="alert">{words}</span>' in page
    assert "用户名或密码不对" not in page


def test_an_unknown_name_costs_as_much_as_a_wrong_password(monkeypatch):
    verified = []

    class Counting(PasswordHasher):
        def verify(self, password_hash, password):
            verified.append(password_hash[:10])
            return super().verify(password_hash, password)

    clerk = clerks.make(CLERK, PASSWORD)
    monkeypatch.setattr(secret_hashes, "hasher", Counting())
    assert clerks.prove(None, "wrong password") is None
    assert clerks.prove(clerk, "wrong password") is None
    assert verified == ["$argon2id$"] * 2


def test_a_form_from_elsewhere_is_refused(books):
    answer = books.browser().post("/login", {"username": CLERK, "password": PASSWORD})
    assert answer.status_code == 400
    assert "打开太久" in answer.get_data(as_text=True)  # for those with whom it is no trick


def test_a_form_that_is_sent_after_the_session_leads_to_the_login_and_does_nothing_later(books, clerk):
    token = clerk.token("/reviews")
    clerk.log_out()
    answer = clerk.post("/reviews/close", {"csrf_token": token, "journal": "00", "seq": "1", "code": "x"})
    assert (answer.status_code, answer.location) == (302, "/login")


def test_logging_out_takes_a_token(clerk):
    assert clerk.post("/logout", {}).status_code == 400
    assert clerk.get("/").status_code == 200


def test_cookies(books):
    session, known = books.browser().log_in().headers.getlist("Set-Cookie")[::-1]
    for attribute in ("office=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in session
    for attribute in ("office_known=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/login"):
        assert attribute in known


def test_a_cookie_that_was_kept_opens_nothing_after_logging_out(books):
    browser = books.browser()
    browser.log_in()
    kept = browser.client.get_cookie("office", domain="office.test").value
    browser.log_out()
    thief = books.browser()
    thief.client.set_cookie("office", kept, domain="office.test", secure=True)
    assert thief.get("/").status_code == 302


def test_logging_out_ends_this_session_and_no_other(books):
    here, there = books.browser(), books.browser()
    here.log_in()
    there.log_in()
    here.log_out()
    assert there.get("/").status_code == 200


def test_the_session_ends_by_itself(books):
    idle = timedelta(milliseconds=clerk_sessions.IDLE_MS)
    with time_machine.travel(NOON, tick=False) as clock:
        browser = books.browser()
        browser.log_in()
        clock.shift(idle - timedelta(seconds=1))
        assert browser.get("/").status_code == 200
        clock.shift(idle - timedelta(seconds=1))
        assert browser.get("/").status_code == 200  # each page begins it anew
        clock.shift(idle + timedelta(seconds=1))
        assert browser.get("/").status_code == 302


def test_the_session_ends_after_half_a_day_even_if_it_is_used(books):
    with time_machine.travel(NOON, tick=False) as clock:
        browser = books.browser()
        browser.log_in()
        step_ms, used_ms = clerk_sessions.IDLE_MS // 2, 0
        while used_ms + step_ms < clerk_sessions.LONGEST_MS:
            clock.shift(timedelta(milliseconds=step_ms))
            used_ms += step_ms
            assert browser.get("/").status_code == 200
        clock.shift(timedelta(milliseconds=step_ms))
        assert browser.get("/").status_code == 302


def test_the_session_ends_when_the_clock_turns_out_to_have_been_ahead(books):
    with time_machine.travel(NOON + timedelta(days=300), tick=False) as clock:
        browser = books.browser()
        browser.log_in()
        clock.move_to(NOON)
        assert browser.get("/").status_code == 302


def test_what_is_over_is_forgotten(books):
    with time_machine.travel(NOON, tick=False) as clock:
        books.browser().log_in()
        books.browser().log_in(password="wrong")
        clock.shift(timedelta(days=2))
        with writing(books.office.engine) as connection:
            keep_house(connection, books.office, books.office.now_ms())
    with reading(books.office.engine) as connection:
        assert connection.execute(tables.clerk_sessions.select()).all() == []
        assert connection.execute(tables.login_tries.select()).all() == []


def test_a_new_password_ends_open_sessions(books, clerk):
    books.hire(CLERK, "another password")
    assert clerk.get("/").status_code == 302


def test_a_removed_clerk_is_out_at_once(books, clerk):
    with writing(books.office.engine) as connection:
        clerks.remove(connection, 1, CLERK)
    assert clerk.get("/").status_code == 302


def test_after_the_login_the_page_that_was_wanted(books):
    browser = books.browser()
    wanted = browser.get("/sales?site=fuyuan").location
    assert browser.log_in(path=wanted).location == "/sales?site=fuyuan"


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "javascript:1", "//evil.test", "/%09/evil.test"])
def test_the_login_leads_nowhere_else(books, elsewhere):
    assert books.browser().log_in(path=f"/login?next={elsewhere}").location == "/"


def test_without_encryption_the_page_says_why_nobody_gets_in(books):
    client = books.app.test_client()
    assert "https" in client.get("/login", base_url="http://office.test").get_data(as_text=True)
    assert "https" not in client.get("/login", base_url="http://127.0.0.1").get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("", PASSWORD),
        ("two words", PASSWORD),
        ("a/b", PASSWORD),
        (CLERK, "short"),
        ("wang-meilan", "Wang-Meilan"),
        ("wang-meilan", "wang-meilan-1"),
        (CLERK, "1234567890"),
        (CLERK, "0987654321"),
        (CLERK, "qwertyuiop"),
        (CLERK, "password2026"),
        (CLERK, "woaini1314520"),
        (CLERK, "aaaaaaaaaaaa"),
    ],
)
def test_unusable_names_and_passwords(name, password):
    with pytest.raises(Refusal):
        clerks.make(name, password)


def test_an_old_hash_is_made_stronger_at_login(books):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with writing(books.office.engine) as connection:
        clerks.store(connection, 1, clerks.Clerk(CLERK, weak))
    browser = books.browser()
    assert browser.log_in().status_code == 302
    with reading(books.office.engine) as connection:
        assert clerks.find(connection, 1, CLERK).password_hash != weak
    assert browser.get("/").status_code == 200
    assert books.browser().log_in().status_code == 302


def test_hashes_are_slow_outside_of_tests():
    """At least what OWASP asks for: 19 MiB and two passes."""
    hasher = PasswordHasher()
    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2


def test_clerks_on_both_databases(on_both):
    on_both.hire()
    assert on_both.browser().log_in().status_code == 302
    assert on_both.browser().log_in(password="wrong").status_code == 401
