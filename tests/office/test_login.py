"""Who gets in, for how long, and what happens to those who guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher

from sync.office import clerks
from sync.office.console.security import SESSION_TIMEOUT
from sync.office.database import reading, writing
from tests.office.books import CLERK, PASSWORD, Books

GUESSES = 5  # before a name has to wait
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_clerk(books: Books) -> None:
    books.hire()


def test_a_clerk_gets_in_and_out(books):
    browser = books.browser()
    answer = browser.log_in()
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.get("/").status_code == 200
    token = (
        browser.get("/").get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]
    )
    assert browser.post("/logout", {"csrf_token": token}).location == "/login"
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    ("name", "password"), [(CLERK, "wrong"), ("nobody", PASSWORD), ("", ""), (CLERK, ""), ("a\0b", PASSWORD)]
)
def test_wrong_name_or_password(books, name, password):
    browser = books.browser()
    answer = browser.log_in(name, password)
    assert answer.status_code == 401
    assert "用户名或密码不对" in answer.get_data(as_text=True)
    assert browser.get("/").status_code == 302


def test_an_unknown_name_costs_as_much_as_a_wrong_password(books, monkeypatch):
    verified = []

    class Counting(PasswordHasher):
        def verify(self, password_hash, password):
            verified.append(password_hash[:10])
            return super().verify(password_hash, password)

    monkeypatch.setattr(clerks, "_hasher", Counting())
    with reading(books.office.engine) as connection:
        assert clerks.authenticate(connection, 1, "nobody", "wrong password") is None
        assert clerks.authenticate(connection, 1, CLERK, "wrong password") is None
        assert clerks.authenticate(connection, 1, "no such\0name", "wrong password") is None
    assert verified == ["$argon2id$"] * 3


def test_guessing_is_slow(books):
    browser = books.browser()
    for _ in range(GUESSES):
        assert browser.log_in(password="a guess").status_code == 401
    assert browser.log_in().status_code == 429
    assert "一刻钟" in browser.log_in().get_data(as_text=True)
    assert books.browser().log_in(CLERK.upper(), "a guess").status_code == 429  # no way around by case


def test_success_is_not_counted(books):
    for _ in range(GUESSES + 1):
        assert books.browser().log_in().status_code == 302


def test_one_address_cannot_try_many_names(books):
    browser = books.browser()
    answers = [browser.log_in(f"name{n}", "the same password").status_code for n in range(31)]
    assert answers == [401] * 30 + [429]


def test_a_form_from_elsewhere_is_refused(books):
    answer = books.browser().post("/login", {"username": CLERK, "password": PASSWORD})
    assert answer.status_code == 400


def test_logging_out_takes_a_token(clerk):
    assert clerk.post("/logout", {}).status_code == 400
    assert clerk.get("/").status_code == 200


def test_cookie(books):
    cookie = books.browser().log_in().headers["Set-Cookie"]
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie


def test_the_session_ends_by_itself(books):
    with time_machine.travel(NOON, tick=False) as clock:
        browser = books.browser()
        browser.log_in()
        clock.shift(SESSION_TIMEOUT - timedelta(seconds=1))
        assert browser.get("/").status_code == 200
        clock.shift(SESSION_TIMEOUT - timedelta(seconds=1))
        assert browser.get("/").status_code == 200  # each page begins it anew
        clock.shift(SESSION_TIMEOUT + timedelta(seconds=1))
        assert browser.get("/").status_code == 302


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


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:1"])
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
    ],
)
def test_unusable_names_and_passwords(books, name, password):
    with writing(books.office.engine) as connection, pytest.raises(clerks.UnusableClerk):
        clerks.set_password(connection, 1, name, password)


def test_an_old_hash_is_made_stronger_at_login(books):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with writing(books.office.engine) as connection:
        clerks._store(connection, 1, CLERK, weak)
        assert clerks.authenticate(connection, 1, CLERK, PASSWORD).password_hash != weak
        assert clerks.authenticate(connection, 1, CLERK, PASSWORD) is not None


def test_hashes_are_slow_outside_of_tests():
    """At least what OWASP asks for: 19 MiB and two passes."""
    hasher = PasswordHasher()
    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2


def test_clerks_on_both_databases(on_both):
    on_both.hire()
    assert on_both.browser().log_in().status_code == 302
    assert on_both.browser().log_in(password="wrong").status_code == 401
