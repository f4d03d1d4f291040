"""Logins in the browser: a link to choose a password, and a second manager for what gives more."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from sync.office.people.access import proposals
from sync.office.people.access.logins import LastManager
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import writing
from tests.office.access.test_audit import deeds
from tests.office.access.test_second_factor import clock, set_up, text  # noqa: F401  # a fixture
from tests.office.access.walking import walker
from tests.office.books import PASSWORD, Books, Browser, open_books

CHOSEN = "three words nobody guesses"


@pytest.fixture
def li(books: Books) -> Browser:
    return manager(books, "li")


def manager(books: Books, name: str) -> Browser:
    books.hire(name, PASSWORD, [Post(Role.MANAGER)])
    browser = books.browser()
    assert browser.log_in(name).status_code == 302
    return browser


def press(browser: Browser, path: str, **form: str) -> Any:
    return browser.post(path, {**walker(browser).form, **form})


def invited(browser: Browser, name: str = "zhao", role: Role = Role.CLERK, division: str = "") -> str:
    """The link, as it is shown once."""
    page = press(browser, "/clerks/invite", username=name, role=role, division=division)
    assert page.status_code == 200, text(page)
    return re.search(r"https://office\.test(/welcome/[^<\s]+)", text(page))[1]


def choose(browser: Browser, link: str, password: str = CHOSEN, again: str = "") -> Any:
    form = {"csrf_token": walker_token(browser, link), "password": password, "again": again or password}
    return browser.post(link, form)


def walker_token(browser: Browser, link: str) -> str:
    return text(browser.get(link)).partition('name="csrf_token" value="')[2].partition('"')[0]


def approve(browser: Browser) -> Any:
    proposal = re.search(r'name="proposal" value="([0-9a-f]+)"', text(browser.get("/proposals")))[1]
    return press(browser, "/proposals/approve", proposal=proposal)


def test_somebody_new_chooses_a_password_by_a_link_and_sees_nothing_before_a_second_manager_agrees(books, li):
    link = invited(li)
    zhao = books.browser("10.0.0.2")
    assert zhao.log_in("zhao", "").status_code == 400
    assert zhao.log_in("zhao", CHOSEN).status_code == 401
    assert zhao.log_in("zhao", "nobody has this password").status_code == 401, (
        "what strangers' are held against"
    )
    chosen = choose(zhao, link)
    assert (chosen.status_code, chosen.location) == (302, "/second-factor")
    set_up(books, zhao)
    assert zhao.get("/residents").status_code == 403
    assert books.browser().get(link).status_code == 404, "a link is good once"
    assert approve(li).status_code == 409, "nobody approves what they proposed"
    assert zhao.get("/residents").status_code == 403
    assert approve(manager(books, "sun")).status_code == 302
    assert zhao.get("/residents").status_code == 200
    assert zhao.get("/clerks").status_code == 403
    told = [(each.who, each.what) for each in deeds(books)]
    assert told.index(("li", "invite")) < told.index(("zhao", "accept_invitation"))
    assert told.index(("zhao", "accept_invitation")) < told.index(("sun", "approve_proposal"))
    assert all(CHOSEN not in str(each) and link[9:] not in str(each) for each in deeds(books))


def test_a_link_ends_after_two_days_and_with_the_next_one(books, li, clock):  # noqa: F811
    browser = manager(books, "sun")  # logged in at the time that stands still
    first = invited(browser)
    second = re.search(r"office\.test(/welcome/[^<\s]+)", text(press(browser, "/clerks/zhao/link")))[1]
    assert books.browser().get(first).status_code == 404
    assert books.browser().get(second).status_code == 200
    clock.shift(timedelta(hours=48))
    assert books.browser().get(second).status_code == 404
    assert "已用过或已过期" in text(books.browser().get(second))


def test_a_weak_password_is_refused_with_what_is_wrong_and_the_link_stays_good(books, li):
    link, zhao = invited(li), books.browser("10.0.0.2")
    for weak, why in (
        ("short", "至少 10 个字符"),
        ("zhao12345678", "不能是您的用户名"),
        ("password2026", "最先被猜到"),
        ("0987654321", "最先被猜到"),
    ):
        refused = choose(zhao, link, weak)
        assert refused.status_code == 400
        assert why in text(refused), weak
    assert "两次密码不一样" in text(choose(zhao, link, CHOSEN, "something else here"))
    assert choose(zhao, link).status_code == 302


def test_a_second_manager_is_needed_for_more_rights_and_for_another_password(books, li):
    books.hire("zhao", PASSWORD, [Post(Role.CLERK)])
    zhao, sun = books.browser("10.0.0.2"), manager(books, "sun")
    zhao.log_in("zhao")
    assert press(li, "/clerks/zhao/change", do="give", role=Role.AUDITOR).status_code == 302
    assert zhao.get("/audit").status_code == 403
    page = text(sun.get("/proposals"))
    assert "审计 (全部), 办事员 (全部)" in page
    approve(sun)
    assert zhao.get("/audit").status_code == 200
    assert press(li, "/clerks/zhao/link").status_code == 409, "who has a password gets no link"
    press(li, "/clerks/zhao/change", do="reset")
    assert zhao.get("/audit").status_code == 200
    approve(sun)
    assert zhao.get("/audit").status_code == 302
    assert books.browser("10.0.0.3").log_in("zhao").status_code == 401
    link = re.search(r"office\.test(/welcome/[^<\s]+)", text(press(li, "/clerks/zhao/link")))[1]
    assert choose(zhao, link).status_code == 302
    assert zhao.get("/audit").status_code == 200, "the posts stay"


def test_locking_and_taking_away_are_done_at_once_and_opening_again_waits(on_both):
    books, li = on_both, manager(on_both, "li")
    books.hire("zhao", PASSWORD, [Post(Role.CLERK), Post(Role.AUDITOR)])
    zhao = books.browser("10.0.0.2")
    zhao.log_in("zhao")
    press(li, "/clerks/zhao/take-away", role=Role.AUDITOR)
    assert (zhao.get("/audit").status_code, zhao.get("/residents").status_code) == (403, 200)
    press(li, "/clerks/zhao/lock")
    assert zhao.get("/residents").status_code == 302
    assert books.browser("10.0.0.3").log_in("zhao").status_code == 401
    assert "已锁定" in text(li.get("/clerks/zhao"))
    press(li, "/clerks/zhao/change", do="open")
    assert books.browser("10.0.0.4").log_in("zhao").status_code == 401
    approve(manager(books, "sun"))
    assert books.browser("10.0.0.5").log_in("zhao").status_code == 302
    locked = next(each for each in deeds(books) if each.what == "lock_login")
    assert (locked.before["state"], locked.after["state"]) == ("open", "locked")


def test_nobody_changes_their_own_login_gives_more_than_they_have_or_leaves_no_manager(books, li):
    for path, form in (("lock", {}), ("take-away", {"role": Role.MANAGER}), ("change", {"do": "reset"})):
        refused = press(li, f"/clerks/li/{path}", **form)
        assert refused.status_code == 409
        assert "不能在此修改自己的账号" in text(refused)
    here = {"role": Role.CLERK, "division": "nowhere"}
    assert "没有这个区划" in text(press(li, "/clerks/invite", username="zhao", **here))
    assert "已有同名用户" in text(press(li, "/clerks/invite", username="Li", role=Role.CLERK))
    assert press(li, "/clerks/invite", username="zhao", role="emperor").status_code == 400
    sun = manager(books, "sun")
    press(li, "/clerks/sun/change", do="reset")
    assert press(sun, "/clerks/li/lock").status_code == 302
    assert li.get("/").status_code == 302
    kinds, at_ms = books.office.offered.proposals, books.office.now_ms()
    with pytest.raises(LastManager), writing(books.office.engine) as connection:  # as the server's operator
        waiting = proposals.waiting(connection, 1, kinds, at_ms)
        proposals.approve(connection, 1, kinds, waiting[0].id, by="root", at_ms=at_ms)
    assert sun.get("/clerks").status_code == 200


def test_an_office_of_one_lets_one_manager_do_it(tmp_path):
    with open_books(tmp_path / "office", alone=("login",)) as books:
        link = invited(manager(books, "li"))
        zhao = books.browser("10.0.0.2")
        assert choose(zhao, link).status_code == 302
        assert zhao.get("/residents").status_code == 200


def test_the_auditor_sees_who_may_what_and_changes_nothing(books, li):
    books.hire("auditor", PASSWORD, [Post(Role.AUDITOR)])
    auditor = books.browser("10.0.0.2")
    auditor.log_in("auditor")
    assert "负责人" in text(auditor.get("/clerks"))
    assert "<form" not in text(auditor.get("/clerks/li")).partition("<main")[2]
    assert press(auditor, "/clerks/li/lock").status_code == 403
