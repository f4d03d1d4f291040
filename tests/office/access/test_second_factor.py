"""The second factor: an app's code, once, and what helps when the phone is lost. And proving it once more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from PIL import Image

from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading
from sync.office.store.tables import recovery_codes
from sync.office.store.tables import second_factors as factors_table
from tests.office.access.test_audit import deeds
from tests.office.access.walking import walker
from tests.office.books import CLERK, HERE, PASSWORD, Books, Browser, open_books

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


def press(browser: Browser, path: str, **form: str) -> Any:
    return browser.post(path, {**walker_form(browser), **form})


def walker_form(browser: Browser) -> dict[str, str]:
    page = browser.get("/second-factor").get_data(as_text=True)
    return {"csrf_token": page.partition('name="csrf_token" value="')[2].partition('"')[0]}


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def code_of(secret: str, at: datetime) -> str:
    """As any app makes it, from what the page has people type."""
    import base64

    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(at.timestamp())).decode()


def set_up(books: Books, browser: Browser) -> tuple[str, list[str]]:
    """The app's secret, and the recovery codes."""
    assert press(browser, "/second-factor/prepare").status_code == 302
    page = text(browser.get("/second-factor"))
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    done = text(press(browser, "/second-factor/finish", code=code_of(secret, datetime.now(UTC))))
    return secret, re.findall(r"<code>([^<]+)</code>", done)


def logged_in(books: Books, *held: Role) -> Browser:
    books.hire(as_=[Post(each) for each in held or (Role.CLERK, Role.ACCOUNTANT)])
    browser = books.browser()
    assert browser.log_in().status_code == 302
    return browser


def second_step(books: Books, code: str, browser: Browser | None = None) -> Any:
    browser = browser or books.browser()
    answer = browser.log_in()
    assert answer.location == "/login/code"
    assert browser.get("/").status_code == 302, "half way is not in"
    return enter(browser, code)


def enter(browser: Browser, code: str) -> Any:
    page = text(browser.get("/login/code"))
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return browser.post("/login/code", {"csrf_token": token, "code": code})


def test_from_then_on_a_password_alone_does_not_get_in(books, clock):
    secret, codes = set_up(books, logged_in(books))
    assert len(set(codes)) == 10
    clock.shift(HALF_MINUTE)
    browser = books.browser()
    assert second_step(books, "000000", browser).status_code == 401
    assert enter(browser, code_of(secret, datetime.now(UTC))).location == "/"
    assert browser.get("/").status_code == 200
    assert all(secret.encode() not in each for each in kept_bytes(books)), "the books do not have it"


def kept_bytes(books: Books) -> list[bytes]:
    with reading(books.office.engine) as connection:
        rows = [*connection.execute(factors_table.select()), *connection.execute(recovery_codes.select())]
    return [repr(tuple(row)).encode() for row in rows]


def test_a_code_is_good_once_and_no_older_one_after_it(books, clock):
    secret, _codes = set_up(books, logged_in(books))
    assert second_step(books, code_of(secret, NOON)).status_code == 401, "it was typed when it was set up"
    clock.shift(2 * HALF_MINUTE)
    now = NOON + 2 * HALF_MINUTE
    assert second_step(books, code_of(secret, now)).status_code == 302
    assert second_step(books, code_of(secret, now)).status_code == 401
    assert second_step(books, code_of(secret, now - HALF_MINUTE)).status_code == 401


@pytest.mark.parametrize(("steps_off", "status"), [(-2, 401), (-1, 302), (0, 302), (1, 302), (2, 401)])
def test_a_phones_clock_may_be_half_a_minute_off(books, clock, steps_off, status):
    secret, _codes = set_up(books, logged_in(books))
    clock.shift(timedelta(minutes=10))
    code = code_of(secret, datetime.now(UTC) + steps_off * HALF_MINUTE)
    assert second_step(books, code).status_code == status


def test_whoever_has_the_password_does_not_guess_the_code(books, clock):
    secret, codes = set_up(books, logged_in(books))
    clock.shift(timedelta(minutes=1))
    tried = [second_step(books, f"{guess:06}").status_code for guess in range(6)]
    assert tried == [401] * 5 + [429]
    assert second_step(books, code_of(secret, datetime.now(UTC))).status_code == 429
    assert second_step(books, codes[0]).status_code == 429, "nor recovery codes"
    clock.shift(timedelta(minutes=16))
    assert second_step(books, code_of(secret, datetime.now(UTC))).status_code == 302


def test_a_recovery_code_gets_in_once_as_it_was_printed_or_typed(books, clock):
    _secret, codes = set_up(books, logged_in(books))
    assert second_step(books, codes[3]).status_code == 302
    assert second_step(books, codes[3]).status_code == 401
    assert second_step(books, f" {codes[4].lower().replace('-', ' ')} ").status_code == 302
    assert second_step(books, "3-AAAAA-AAAAA").status_code == 401
    browser = books.browser()
    second_step(books, codes[5], browser)
    assert "还剩 7 个恢复码" in text(browser.get("/second-factor"))
    renewed = text(press(browser, "/second-factor/recovery-codes"))
    assert second_step(books, codes[6]).status_code == 401, "new ones take the place of the old"
    assert second_step(books, re.findall(r"<code>([^<]+)</code>", renewed)[6]).status_code == 302


def test_another_password_ends_what_was_half_way(books, clock):
    secret, _codes = set_up(books, logged_in(books))
    clock.shift(timedelta(minutes=1))
    browser = books.browser()
    browser.log_in()
    books.hire(password="another password")
    assert enter(browser, code_of(secret, datetime.now(UTC))).location == "/login"
    browser.log_in(password="another password")
    clock.shift(timedelta(minutes=6))
    assert enter(browser, code_of(secret, datetime.now(UTC))).location == "/login", "and so does time"
    assert browser.get("/").status_code == 302


def test_what_is_scanned_is_what_is_typed(books, clock):
    browser = logged_in(books)
    press(browser, "/second-factor/prepare")
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', text(browser.get("/second-factor")))[1]
    scanned = urlsplit(read_code(text(browser.get("/second-factor/code.svg"))))
    assert (scanned.scheme, scanned.netloc, scanned.path) == ("otpauth", "totp", "/Neighbourhood%20card:wang")
    assert f"secret={secret.replace(' ', '')}&" in scanned.query


def read_code(svg: str) -> str:
    """What a phone reads of the drawing."""
    import zxingcpp

    squares = re.findall(r"M(\d+),(\d+)H(\d+)V(\d+)", svg)
    size = max(int(each[2]) for each in squares) + 4
    picture = Image.new("L", (size * 4, size * 4), 255)
    for x, y, to_x, to_y in (tuple(map(int, each)) for each in squares):
        picture.paste(0, (x * 4, y * 4, to_x * 4, to_y * 4))
    return str(zxingcpp.read_barcode(picture).text)


def test_a_role_that_needs_one_sets_it_up_before_anything_else(tmp_path, clock):
    with open_books(tmp_path / "office", second_factor_for=(Role.MANAGER,)) as books:
        manager = logged_in(books, Role.MANAGER)
        assert manager.get("/").location == "/second-factor"
        assert manager.get("/audit").location == "/second-factor"
        assert "请现在设置" in text(manager.get("/second-factor"))
        set_up(books, manager)
        assert manager.get("/audit").status_code == 200
        assert press(manager, "/second-factor/remove").status_code == 302
        assert manager.get("/audit").location == "/second-factor"
        books.hire("auditor", PASSWORD, [Post(Role.AUDITOR)])
        auditor = books.browser()
        auditor.log_in("auditor")
        assert auditor.get("/audit").status_code == 200, "others may, and need not"


def test_no_secret_and_no_code_is_written_down(books, clock):
    _secret, codes = set_up(books, logged_in(books))
    second_step(books, codes[1])
    told = [each.about for each in deeds(books)]
    assert all("code" not in about and "proof" not in about for about in told)
    assert {each.what for each in deeds(books)} >= {"finish_second_factor", "enter_code"}


def test_what_cannot_be_undone_asks_who_it_is_once_more_and_then_does_what_was_asked(books, clock):
    browser = logged_in(books)
    clock.shift(timedelta(minutes=6))
    asked = press(browser, "/second-factor/prepare", site=HERE)
    assert asked.status_code == 401
    page = text(asked)
    assert f'name="site" value="{HERE}"' in page, "what was asked goes along"
    assert "prepare_second_factor" not in {each.what for each in deeds(books)}, "it is not done yet"
    action = re.search(r'action="(/again[^"]+)"', page)[1].replace("&amp;", "&")
    form = {"csrf_token": walker(browser).form["csrf_token"]}
    assert browser.post(action, {**form, "proof": "a wrong password"}).status_code == 401
    proved = browser.post(action, {**form, "proof": PASSWORD})
    assert (proved.status_code, proved.location) == (307, "/second-factor/prepare")
    assert press(browser, "/second-factor/prepare").status_code == 302
    clock.shift(timedelta(minutes=5))
    assert press(browser, "/second-factor/prepare").status_code == 401


def test_nobody_is_sent_elsewhere_after_proving(books, clock):
    browser = logged_in(books)
    form = {"csrf_token": walker(browser).form["csrf_token"], "proof": PASSWORD}
    assert browser.post("/again?next=https://elsewhere.test/&method=POST", form).location == "/"


def test_the_servers_operator_helps_whose_phone_and_codes_are_lost(office, stocked, tmp_path, clock):
    with open_books(tmp_path / "data") as books:
        set_up(books, logged_in(books))
    assert office("clerk", "reset-second-factor", CLERK).exit_code == 0
    assert office("clerk", "reset-second-factor", "nobody").exit_code == 2
    with open_books(tmp_path / "data") as books:
        assert books.browser().log_in().location == "/"
        assert deeds(books)[-2].what == "office clerk reset-second-factor"
